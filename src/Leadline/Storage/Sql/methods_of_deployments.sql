select service_id, deployment_id, method, count(*)
from shipped_change
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at <= $to and deployment_id = any($ids)
group by service_id, deployment_id, method
order by count(*) desc, method
