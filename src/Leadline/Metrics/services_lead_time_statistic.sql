-- Of the whole window, where the bucket is null, and by bucket.
select service_id, bucket, cast(sum(n) as bigint), percentile_cont(0.5) within group (order by value)
from (
  select service_id, bucket, {statistic(lead_seconds)} as value, count(*) as n
  from (
    select service_id, date_trunc($bucket, deployed_day) as bucket, {statistic_group(deployed_day)} as part, lead_seconds from shipped_change
    where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
  ) as shipped
  group by grouping sets ((service_id, part), (service_id, bucket, part))
) as groups
group by service_id, bucket
