select service_id, cast(sum(n) as bigint), cast(sum(still_open) as bigint), percentile_cont(0.5) within group (order by value)
from (
  select service_id, {statistic(seconds)} as value, count(*) as n, count(*) - count(seconds) as still_open
  from {recovered} as recovered
  group by service_id, {statistic_group(day)}
) as groups
group by service_id
