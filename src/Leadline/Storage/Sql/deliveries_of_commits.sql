select distinct repository_id, sha, delivery_id
from git_commit
where repository_id = any($repositories) and sha = any($shas)
