-- The first week that lies in the window as a whole, as midnight of its Monday in the reporting time zone, and how many such weeks there are.
create function first_week("from" timestamptz) returns timestamp language sql stable as $function$
  select date_trunc('week', ($1 at time zone timezone()) + interval '7 days' - interval '1 microsecond')
$function$;
create function whole_weeks("from" timestamptz, "to" timestamptz) returns integer language sql stable as $function$
  select greatest(0, cast(floor(extract(epoch from ($2 at time zone timezone()) - first_week($1)) / 604800) as integer))
$function$;
