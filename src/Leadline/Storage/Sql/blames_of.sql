select s.name, b.deployment_id, b.signal, b.evidence, b.method, b.started_at, b.acknowledged_at, b.resolved_at, b.title, b.url
from blame b
join service s on s.service_id = b.service_id
where b.service_id = $service_id and b.environment = $environment and b.deployment_id = $id
order by b.started_at, b.evidence
