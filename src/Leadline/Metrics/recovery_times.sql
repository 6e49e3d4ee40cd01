select failed_at, restored_at
from ledger
where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed
order by failed_at, deployment_id
