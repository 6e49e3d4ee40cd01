select b.service_id, b.evidence,
  (select max(coalesce(i.deployment, i.sha)) from incident i where i.id = b.evidence),
  (select max(l.deployed_at) from ledger l
    where l.service_id = b.service_id and l.environment = b.environment and l.counted and l.deployed_at <= b.started_at)
from blame b
where b.service_id = any($services) and b.environment = $environment and b.evidence = any($ids) and b.deployment_id is null
