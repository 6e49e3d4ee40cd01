select s.name, b.deployment_id, b.signal, b.evidence, b.method, b.started_at, b.acknowledged_at, b.resolved_at, b.title, b.url, l.deployed_at, l.version
from blame b
join service s on s.service_id = b.service_id
left join ledger l on l.service_id = b.service_id and l.environment = b.environment and l.deployment_id = b.deployment_id
where b.service_id = any($services) and b.environment = $environment and b.signal in ('incident', 'degradation')
  and ($kind = 'all' or ($kind = 'linked') = (b.deployment_id is not null))
