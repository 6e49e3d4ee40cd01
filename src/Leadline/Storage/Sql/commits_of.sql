select repository_id, sha, parents, parents_from_push,
  cast(epoch_us(authored_at) as bigint), cast(epoch_us(committed_at) as bigint), -- DuckDB; PostgreSQL: extract(epoch from …) * 1000000
  reverts, mentions, by_bot, paths
from git_commit
where repository_id = any($repositories)
