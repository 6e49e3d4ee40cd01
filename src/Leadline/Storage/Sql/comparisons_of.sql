select r.name, c.base_sha, c.head_sha, c.status, c.merge_base, c.commits, c.total, c.as_of
from comparison c
join repository r on r.repository_id = c.repository_id
where c.repository_id = any($repositories)
