select id, cast(null as bigint), delivery_id from incident where id = any($ids)
union all
select id, cast(null as bigint), delivery_id from deployment where id = any($ids)
union all
select sha, cast(null as bigint), delivery_id from git_commit where sha = any($ids)
union all
select '#' || cast(c.number as text), s.service_id, c.delivery_id
from change c
join (select distinct service_id, repository_id, change from shipped_change where service_id = any($services)) s
  on s.repository_id = c.repository_id and s.change = c.number
where '#' || cast(c.number as text) = any($ids)
