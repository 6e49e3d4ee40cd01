select cast(coalesce(sum(lead_times), 0) as bigint) as lead_times
from ledger
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
