select service_id, count(*), percentile_cont(0.5) within group (order by cast(lead_seconds * 1e6 as bigint)) / 1e6
from shipped_change
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
group by service_id
