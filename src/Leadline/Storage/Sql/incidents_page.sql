select s.name, b.deployment_id, b.signal, b.evidence, b.method, b.started_at, b.acknowledged_at, b.resolved_at, b.title, b.url
from blame b
join service s on s.service_id = b.service_id
where b.service_id = any($services) and b.environment = $environment and b.signal in ('incident', 'degradation')
  and b.started_at >= $from and b.started_at < $to
  and (b.started_at, b.evidence) < ($before, $before_id)
order by b.started_at desc, b.evidence desc
limit $limit
