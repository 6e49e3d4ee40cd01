select repository_id, sha, parents, parents_from_push, reverts, subject, naming, paths
from git_commit
where repository_id = any($repositories)
