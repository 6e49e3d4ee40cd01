-- Of the whole window, where the bucket is null, and by bucket.
select service_id, bucket, count(*), count(*) filter (where restored_at is null), percentile_cont(0.5) within group (order by recovery_seconds)
from (
  select service_id, date_trunc($bucket, failed_day) as bucket, restored_at, recovery_seconds from ledger
  where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed
) as failures
group by grouping sets ((service_id), (service_id, bucket))
