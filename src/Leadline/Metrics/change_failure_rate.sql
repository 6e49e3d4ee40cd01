-- value double precision, failed bigint, deployments bigint
select cast(count(*) filter (where failed) as double precision) / nullif(count(*), 0) as value, count(*) filter (where failed) as failed, count(*) as deployments
from ledger
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
