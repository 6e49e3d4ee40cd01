select s.name, l.environment, l.deployment_id, l.version, l.started_at, l.deployed_at
from ledger l
join service s on s.service_id = l.service_id
where l.environment = $environment and l.counted and l.kind in ('deployment', 'rollback', 'redeploy') and l.deployed_at >= $from
order by s.name, l.deployed_at, l.deployment_id
