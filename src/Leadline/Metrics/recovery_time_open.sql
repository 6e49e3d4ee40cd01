-- failed_at timestamptz
select failed_at
from ledger
where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed and restored_at is null
order by failed_at
