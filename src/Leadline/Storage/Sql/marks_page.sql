-- What was said last of each mark counts. With no names asked for, all are meant; with some, theirs, and what concerns everybody.
select kind, id, marked_at, service, team, content, flag, environment, is_on, delivery_id, cast(null as text) as experiment
from (
  select distinct on (a.id) 'annotation' as kind, a.id, a.marked_at, a.service, a.team, a.content, cast(null as text) as flag,
    cast(null as text) as environment, cast(null as boolean) as is_on, a.delivery_id
  from annotation a
  order by a.id, a.as_of desc, a.delivery_id desc
) said
where said.marked_at >= $from and said.marked_at < $to and (said.marked_at, said.id) > ($after, $after_id)
  and (not $some or lower(said.service) = any($services) or lower(said.team) = any($teams) or (said.service is null and said.team is null))
union all
select kind, id, changed_at, service, team, content, flag, environment, is_on, delivery_id, cast(null as text)
from (
  select distinct on (f.id) 'flag' as kind, f.id, f.changed_at, f.service, cast(null as text) as team, cast(null as text) as content, f.flag,
    f.environment, f.is_on, f.delivery_id
  from flag_change f
  order by f.id, f.as_of desc, f.delivery_id desc
) switched
where switched.changed_at >= $from and switched.changed_at < $to and (switched.changed_at, switched.id) > ($after, $after_id)
  and switched.environment = any($environments) and (not $some or lower(switched.service) = any($services))
union all
select 'experiment', id, tried_at, cast(null as text), team, content, cast(null as text), environment, cast(null as boolean), cast(null as bigint), name
from (
  select 'experiment/' || e.name || '/start' as id, e.starts_at as tried_at, e.team, 'experiment ' || e.name || ' starts' as content, e.environment, e.name
  from experiment e
  union all
  select 'experiment/' || e.name || '/end', least(e.ends_at, coalesce(s.stopped_at, e.ends_at)), e.team,
    'experiment ' || e.name || case when s.stopped_at < e.ends_at then ' is stopped' else ' ends' end, e.environment, e.name
  from experiment e
  left join experiment_stop s on s.name = e.name
) tried
where tried.tried_at >= $from and tried.tried_at < $to and (tried.tried_at, tried.id) > ($after, $after_id) and tried.name = any($experiments)
order by 3, 2
limit $limit
