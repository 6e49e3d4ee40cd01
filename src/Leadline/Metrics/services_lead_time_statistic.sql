select service_id, cast(sum(n) as bigint), percentile_cont(0.5) within group (order by value)
from (
  select service_id, {statistic(lead_seconds)} as value, count(*) as n
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
  group by service_id, {statistic_group(deployed_day)}
) as groups
group by service_id
