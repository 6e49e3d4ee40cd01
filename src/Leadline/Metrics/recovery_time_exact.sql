-- median_seconds double precision
select percentile_cont(0.5) within group (order by recovery_seconds) as median_seconds
from ledger
where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed
