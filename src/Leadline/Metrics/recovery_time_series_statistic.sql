-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
select bucket, percentile_cont(0.5) within group (order by value) as value, cast(null as double precision) as p75, cast(null as double precision) as p90,
  cast(sum(n) as bigint) as n
from (
  select date_trunc($bucket, day) as bucket, {statistic(seconds)} as value, count(*) as n
  from {recovered} as recovered
  group by 1, {statistic_group(day)}
) as groups
group by bucket
order by bucket
