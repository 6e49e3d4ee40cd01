select i.id, i.source, i.service, i.source_group, r.name, i.status, i.started_at, i.acknowledged_at, i.resolved_at, i.severity, i.deployment,
  i.sha, i.labels, i.title, i.url, i.as_of
from incident i
left join repository r on r.repository_id = i.repository_id
where lower(i.service) = any($names) or i.source_group is not null or i.repository_id = any($repositories)
