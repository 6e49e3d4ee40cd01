select s.name, l.environment, l.deployment_id, r.name, l.sha, l.version, l.kind, l.counted, l.deployed_at, l.started_at, l.link, l.commits,
  l.changes, l.lead_times, l.median_lead_seconds, l.failed, l.failed_because, l.failed_at, l.restored_at, l.restored_by,
  l.recovery_seconds, l.rework, l.rework_because, l.url, l.overridden
from ledger l
join service s on s.service_id = l.service_id
left join repository r on r.repository_id = l.repository_id
where l.service_id = any($services) and l.environment = $environment
  and l.deployed_at >= $from and l.deployed_at < $to and l.counted and l.failed
  and (l.deployed_at, l.deployment_id) < ($before, $before_id)
order by l.deployed_at desc, l.deployment_id desc
limit $limit
