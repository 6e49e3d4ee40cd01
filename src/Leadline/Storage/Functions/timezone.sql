-- The reporting time zone of the definitions in force.
create function timezone() returns text language sql stable security definer as $function$
  select coalesce((select substring(content from 'timezone = ([^\n]+)') from definitions order by in_force_from desc limit 1), 'UTC')
$function$;
