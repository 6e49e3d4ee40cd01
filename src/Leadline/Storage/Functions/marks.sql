-- What is drawn over a trend: failed deployments until they were well again, incidents, and experiments from their start to their end.
create function marks({window}, {scope})
returns table("time" timestamptz, timeend timestamptz, title text, "text" text, tags text) language sql stable as $function$
  select l.failed_at, l.restored_at, s.name || ' ' || coalesce(l.version, left(l.sha, 7), '') || ' failed', l.failed_because, 'failed deployment'
  from ledger l
  join service s on s.service_id = l.service_id
  where l.service_id = any({services}) and l.environment = $3 and l.failed_at >= $1 and l.failed_at < $2 and l.counted and l.failed
  union all
  select b.started_at, b.resolved_at, coalesce(b.title, b.evidence), s.name, 'incident'
  from blame b
  join service s on s.service_id = b.service_id
  where b.service_id = any({services}) and b.environment = $3 and b.started_at >= $1 and b.started_at < $2 and b.signal in ('incident', 'degradation')
  union all
  select e.starts_at, least(e.ends_at, coalesce(x.stopped_at, e.ends_at)), 'experiment ' || e.name, e.content::json ->> 'hypothesis', 'experiment'
  from experiment e
  left join experiment_stop x on x.name = e.name
  where e.environment = $3 and e.starts_at >= $1 and e.starts_at < $2 and exists (
    select 1 from service s where s.service_id = any({services}) and (e.services = '' or lower(s.name) = any(string_to_array(lower(e.services), e'\n')))
      and (e.team is null or lower(s.team) = lower(e.team)) and (e.area is null or lower(s.area) = lower(e.area)))
  order by 1
$function$;
