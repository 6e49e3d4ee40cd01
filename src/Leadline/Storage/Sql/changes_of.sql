select r.name, c.number, c.opened_at, c.ready_at, c.first_reviewed_at, c.approved_at, c.merged_at, c.closed_at, c.merge_sha, c.head_sha,
  c.commits, c.branch, c.target_branch, c.labels, c.title, c.author, c.url, c.as_of, c.lines
from change c
join repository r on r.repository_id = c.repository_id
where c.repository_id = any($repositories)
