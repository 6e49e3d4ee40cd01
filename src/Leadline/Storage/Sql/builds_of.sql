select r.name, b.id, b.attempt, b.sha, b.pipeline, b.queued_at, b.started_at, b.finished_at, b.status, b.url, b.as_of
from build b
join repository r on r.repository_id = b.repository_id
where b.repository_id = any($repositories)
