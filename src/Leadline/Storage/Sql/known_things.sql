-- Of these things those that somebody told of, and whether a source sent it by itself.
with told as (
  select 'deployment ' || id || ' ' || status as thing, delivery_id from deployment where id in (select unnest($ids))
  union all
  select 'incident ' || id || ' ' || status, delivery_id from incident where id in (select unnest($ids))
  union all
  select 'build ' || id || ' ' || status, delivery_id from build where id in (select unnest($ids))
  union all
  select 'change ' || r.name || '#' || c.number || case when c.merged_at is null then '' else ' merged' end, c.delivery_id
  from change c
  join repository r on r.repository_id = c.repository_id
  where c.number in (select unnest($numbers))
)
select t.thing, bool_or(d.dedupe_key not like d.source || ':polled:%')
from told t
join delivery d on d.id = t.delivery_id
group by t.thing
