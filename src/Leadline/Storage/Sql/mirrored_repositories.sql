-- Of these repositories those whose history was read of a mirror.
with told as (
  select distinct repository_id, delivery_id from git_commit where repository_id = any($repositories)
)
select distinct r.name
from told t
join delivery d on d.id = t.delivery_id and d.source = 'git'
join repository r on r.repository_id = t.repository_id
