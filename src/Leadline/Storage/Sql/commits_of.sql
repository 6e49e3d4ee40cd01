select repository_id, sha, parents, parents_from_push,
  cast(epoch_us(authored_at) as bigint), cast(epoch_us(committed_at) as bigint), -- DuckDB
  -- PostgreSQL: cast(extract(epoch from authored_at) * 1000000 as bigint), cast(extract(epoch from committed_at) * 1000000 as bigint),
  reverts, mentions, by_bot, paths
from git_commit
where repository_id = any($repositories)
