-- What each service's numbers rest on.
create function data_quality({window}, {scope})
returns table(
  service text, with_changes bigint, without_changes bigint, baseline bigint, gap bigint, no_sha bigint, short_sha bigint,
  unknown_sha bigint, configuration bigint, incidents bigint, incidents_unlinked bigint, newest timestamptz)
language sql stable as $function$
  select s.name, c.with_changes, c.without_changes, c.baseline, c.gap, c.no_sha, c.short_sha, c.unknown_sha, c.configuration, c.incidents, c.incidents_unlinked,
    (select max(l.deployed_at) from ledger l where l.service_id = s.service_id and l.environment = $3 and l.counted)
  from service s, coverage($1, $2, $3, array[s.name]) as c
  where s.service_id = any({services})
  order by s.name
$function$;
