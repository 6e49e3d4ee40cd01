-- When each failure was found, taken and repaired; of what repairs one, the first that succeeded.
select s.name, l.deployment_id, l.deployed_at, l.restored_at, b.detected_at, b.acknowledged_at, b.repaired_at
from ledger l
join service s on s.service_id = l.service_id
left join (
  select service_id, environment, deployment_id, min(started_at) filter (where signal = 'incident') as detected_at,
    min(acknowledged_at) filter (where signal = 'incident') as acknowledged_at,
    min(resolved_at) filter (where signal in ('rollback', 'revert', 'hotfix')) as repaired_at
  from blame
  where service_id = any($services) and environment = $environment and deployment_id is not null
  group by service_id, environment, deployment_id
) as b on b.service_id = l.service_id and b.environment = l.environment and b.deployment_id = l.deployment_id
where l.service_id = any($services) and l.environment = $environment and l.failed_at >= $from and l.failed_at < $to and l.counted and l.failed
  and l.restored_at is not null and substr(md5(l.deployment_id), 1, 6) < $below
