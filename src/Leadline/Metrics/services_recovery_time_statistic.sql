-- Of the whole window, where the bucket is null, and by bucket.
select service_id, bucket, cast(sum(n) as bigint), cast(sum(still_open) as bigint), percentile_cont(0.5) within group (order by value)
from (
  select service_id, bucket, {statistic(seconds)} as value, count(*) as n, count(*) - count(seconds) as still_open
  from (
    select service_id, date_trunc($bucket, day) as bucket, {statistic_group(day)} as part, seconds from {recovered} as recovered
  ) as each_one
  group by grouping sets ((service_id, part), (service_id, bucket, part))
) as groups
group by service_id, bucket
