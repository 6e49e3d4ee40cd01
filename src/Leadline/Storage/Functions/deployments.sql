-- The ledger, newest first.
create function deployments({window}, {scope}, most integer default 1000)
returns table(
  "time" timestamptz, service text, team text, version text, status text, commits integer, changes integer, lead_seconds double precision, failed_because text,
  recovery_seconds double precision, rework text, link text, deployment_id text, url text) language sql stable as $function$
  select l.deployed_at, s.name, s.team, coalesce(l.version, left(l.sha, 7)), case when l.failed then 'failed' when l.kind = 'deployment' then 'ok' else replace(l.kind, '_', ' ') end,
    l.commits, l.changes, l.median_lead_seconds, l.failed_because, l.recovery_seconds, l.rework_because, l.link, l.deployment_id, l.url
  from ledger l
  join service s on s.service_id = l.service_id
  where l.service_id = any({services}) and l.environment = $3 and l.deployed_at >= $1 and l.deployed_at < $2
  order by l.deployed_at desc, l.deployment_id desc
  limit $7
$function$;
