-- A row for each service with its five numbers, by name.
create function service_slices({window}, {scope})
returns table(
  service text, team text, area text, deployments bigint, per_day double precision, lead_seconds double precision, lead_times bigint,
  failure_rate double precision, recovery_seconds double precision, failures bigint, open bigint, rework_rate double precision) language sql stable as $function$
  select s.name, s.team, s.area, frequency.deployments, frequency.per_day, lead.value_seconds, lead.lead_times, failure.value,
    recovery.value_seconds, recovery.failures, recovery.open, rework.value
  from service s,
    deployment_frequency($1, $2, $3, array[s.name]) as frequency, lead_time($1, $2, $3, array[s.name]) as lead,
    change_failure_rate($1, $2, $3, array[s.name]) as failure, recovery_time($1, $2, $3, array[s.name]) as recovery,
    rework_rate($1, $2, $3, array[s.name]) as rework
  where s.service_id = any({services})
  order by s.name
$function$;
