-- Of the whole window, where the bucket is null, and by bucket.
select service_id, bucket, count(*), percentile_cont(0.5) within group (order by cast(lead_seconds * 1e6 as bigint)) / 1e6
from (
  select service_id, date_trunc($bucket, deployed_day) as bucket, lead_seconds from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
) as shipped
group by grouping sets ((service_id), (service_id, bucket))
