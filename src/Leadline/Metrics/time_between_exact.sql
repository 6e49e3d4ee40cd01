-- median_seconds double precision
select percentile_cont(0.5) within group (order by seconds_since_previous) as median_seconds
from ledger
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
