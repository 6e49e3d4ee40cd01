select service_id, count(*), count(*) filter (where restored_at is null), percentile_cont(0.5) within group (order by recovery_seconds)
from ledger
where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed
group by service_id
