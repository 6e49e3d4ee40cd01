-- value double precision, lead_times bigint
-- The mean, or the median of daily medians: one group for all, or one for each day.
select percentile_cont(0.5) within group (order by value) as value, cast(coalesce(sum(n), 0) as bigint) as lead_times
from (
  select {statistic(lead_seconds)} as value, count(*) as n
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
  group by {statistic_group(deployed_day)}
) as groups
