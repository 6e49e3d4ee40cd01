-- median_seconds double precision, failures bigint, open bigint, oldest_open timestamptz
select
  percentile_cont(0.5) within group (order by recovery_seconds) as median_seconds,
  count(*) as failures,
  count(*) filter (where restored_at is null) as open,
  min(failed_at) filter (where restored_at is null) as oldest_open
from ledger
where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed
