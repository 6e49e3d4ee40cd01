-- value double precision, failures bigint, still_open bigint, oldest_open timestamptz
select percentile_cont(0.5) within group (order by value) as value, cast(coalesce(sum(n), 0) as bigint) as failures,
  cast(coalesce(sum(still_open), 0) as bigint) as still_open, min(oldest_open) as oldest_open
from (
  select {statistic(seconds)} as value, count(*) as n, count(*) - count(seconds) as still_open, min(began) filter (where seconds is null) as oldest_open
  from {recovered} as recovered
  group by {statistic_group(day)}
) as groups
