-- What the filters of a dashboard offer, each by those before it.
create function teams() returns setof text language sql stable as $function$
  select distinct team from service where team is not null order by 1
$function$;
create function areas(teams text[] default array['*']) returns setof text language sql stable as $function$
  select distinct area from service where area is not null and ('*' = any($1) or team = any($1)) order by 1
$function$;
create function services(teams text[] default array['*'], areas text[] default array['*']) returns setof text language sql stable as $function$
  select name from service where ('*' = any($1) or team = any($1)) and ('*' = any($2) or area = any($2)) order by 1
$function$;
create function environments() returns setof text language sql stable as $function$
  select distinct environment from ledger order by 1
$function$;
