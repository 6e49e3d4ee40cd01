with wanted as (select unnest($ids) as id)
select d.source, d.received_at, max(f.as_of)
from (
  select delivery_id, as_of from wanted join git_commit on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join change on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join review on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join build on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join artifact on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join deployment on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join incident on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join flag_change on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join annotation on delivery_id = wanted.id
  union all select delivery_id, as_of from wanted join verification on delivery_id = wanted.id
) as f
join delivery d on d.id = f.delivery_id
group by d.id, d.source, d.received_at
