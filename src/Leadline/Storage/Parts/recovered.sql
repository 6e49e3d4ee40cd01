-- What has a recovery time: failed deployments, or incidents by themselves; those by their day in UTC.
(
  select service_id, failed_at as began, failed_day as day, recovery_seconds as seconds
  from ledger
  where $recovery_of = 'deployment'
    and service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed
  union all
  select service_id, started_at, timestamp '1970-01-01' + cast(floor(extract(epoch from started_at - cast('1970-01-01 00:00:00+00' as timestamptz)) / 86400) as integer) * interval '1 day',
    cast(extract(epoch from resolved_at - started_at) as double precision)
  from blame
  where $recovery_of = 'incident'
    and service_id = any($services) and environment = $environment and started_at >= $from and started_at < $to and signal in ('incident', 'degradation')
)
