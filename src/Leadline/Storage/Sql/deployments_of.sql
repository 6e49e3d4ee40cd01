select d.id, d.service, d.app, r.name, d.environment, d.version, d.sha, d.status, d.created_at, d.waited_from, d.started_at, d.finished_at,
  d.failed, d.changes, d.url, d.as_of, d.config_paths, d.steps
from deployment d
left join repository r on r.repository_id = d.repository_id
where lower(d.service) = any($names) or d.app = any($apps) or d.repository_id = any($repositories)
