-- What is drawn over a trend: failed deployments until they were well again, and incidents.
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
  order by 1
$function$;
