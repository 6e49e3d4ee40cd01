select distinct c.sha, r.name
from git_commit c
join repository r on r.repository_id = c.repository_id
where c.sha = any($shas)
