-- A rule of the definitions in force, as they write it: what holds without it is not written.
create function rule(key text, otherwise text) returns text language sql stable security definer as $function$
  select coalesce((select substring(content from '(?n)^' || replace($1, '.', '\.') || ' = (.*)$') from definitions order by in_force_from desc limit 1), $2)
$function$;
-- The statistic of lead_time or recovery, as the queries take it.
create function statistic(metric text) returns text language sql stable as $function$
  select case rule($1 || '.statistic', 'Median') when 'Mean' then 'mean' when 'MedianOfDailyMedians' then 'median_of_daily_medians' else 'median' end
$function$;
