-- One metric by bucket (day, week, month): every bucket of the window is there, and null where it holds nothing.
create function trend(metric text, "from" timestamptz, "to" timestamptz, bucket text default 'week', {scope})
returns table("time" timestamptz, value double precision, p75 double precision, p90 double precision, n bigint) language sql stable as $function$
  select spans.local at time zone timezone(), points.value, points.p75, points.p90, coalesce(points.n, 0)
  from generate_series(
    date_trunc($4, $2 at time zone timezone()), ($3 at time zone timezone()) - interval '1 microsecond', cast('1 ' || $4 as interval)) as spans(local)
  left join (
    select * from deployment_frequency_series($2, $3, $5, $6, $7, $8, $4) where $1 = 'deployment_frequency'
    union all
    select bucket, value, p75, p90, n from lead_time_series($2, $3, $5, $6, $7, $8, $4) where $1 = 'lead_time'
    union all
    select * from change_failure_rate_series($2, $3, $5, $6, $7, $8, $4) where $1 = 'change_failure_rate'
    union all
    select bucket, value, p75, p90, n from recovery_time_series($2, $3, $5, $6, $7, $8, $4) where $1 = 'recovery_time'
    union all
    select * from rework_rate_series($2, $3, $5, $6, $7, $8, $4) where $1 = 'rework_rate'
  ) as points on points.bucket = spans.local
  order by 1
$function$;
