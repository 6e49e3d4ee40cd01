-- One metric by bucket for each service: what sparklines are drawn from.
create function service_trend(metric text, "from" timestamptz, "to" timestamptz, bucket text default 'week', {scope})
returns table("time" timestamptz, service text, value double precision) language sql stable as $function$
  select points."time", s.name, points.value
  from service s, trend($1, $2, $3, $4, $5, array[s.name]) as points
  where ('*' = any($6) or s.name = any($6)) and ('*' = any($7) or s.team = any($7)) and ('*' = any($8) or s.area = any($8))
  order by 1, 2
$function$;
