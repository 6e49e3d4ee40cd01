-- The five metrics, each with its value in the window as long before it, and with how many rows it is made of.
create function overview({window}, {scope})
returns table(metric text, value double precision, previous double precision, n bigint) language sql stable as $function$
  select 'deployment_frequency', now.per_day, before.per_day, now.deployments
  from deployment_frequency($1, $2, $3, $4, $5, $6) as now, deployment_frequency($1 - ($2 - $1), $1, $3, $4, $5, $6) as before
  union all
  select 'lead_time', now.value_seconds, before.value_seconds, now.lead_times
  from lead_time($1, $2, $3, $4, $5, $6) as now, lead_time($1 - ($2 - $1), $1, $3, $4, $5, $6) as before
  union all
  select 'change_failure_rate', now.value, before.value, now.deployments
  from change_failure_rate($1, $2, $3, $4, $5, $6) as now, change_failure_rate($1 - ($2 - $1), $1, $3, $4, $5, $6) as before
  union all
  select 'recovery_time', now.value_seconds, before.value_seconds, now.failures
  from recovery_time($1, $2, $3, $4, $5, $6) as now, recovery_time($1 - ($2 - $1), $1, $3, $4, $5, $6) as before
  union all
  select 'rework_rate', now.value, before.value, now.deployments
  from rework_rate($1, $2, $3, $4, $5, $6) as now, rework_rate($1 - ($2 - $1), $1, $3, $4, $5, $6) as before
$function$;
