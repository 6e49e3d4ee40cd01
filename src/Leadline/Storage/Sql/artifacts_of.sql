select r.name, a.name, a.sha, a.as_of
from artifact a
join repository r on r.repository_id = a.repository_id
where a.repository_id = any($repositories)
