select distinct sha, delivery_id
from git_commit
where repository_id = any($repositories) and sha = any($shas)
order by sha, delivery_id
