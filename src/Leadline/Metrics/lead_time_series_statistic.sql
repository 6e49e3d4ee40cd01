-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
select bucket, percentile_cont(0.5) within group (order by value) as value, cast(null as double precision) as p75, cast(null as double precision) as p90,
  cast(sum(n) as bigint) as n
from (
  select date_trunc($bucket, deployed_day) as bucket, {statistic(lead_seconds)} as value, count(*) as n
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
  group by 1, {statistic_group(deployed_day)}
) as groups
group by bucket
order by bucket
