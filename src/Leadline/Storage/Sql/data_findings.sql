select l.*, c.*, b.*, t.*
from (
  select count(*), count(*) filter (where link = 'linked'), count(*) filter (where link = 'baseline'), count(*) filter (where link = 'gap'),
    count(*) filter (where link = 'no_sha'), count(*) filter (where link = 'unknown_sha'), count(*) filter (where link = 'short_sha'),
    count(*) filter (where link = 'configuration')
  from ledger
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
) as l(counted, linked, baseline, gap, no_sha, unknown_sha, short_sha, configuration),
(
  select count(*), count(*) filter (where change is null), count(*) filter (where lead_seconds < 0),
    count(*) filter (where coalesce(coding_seconds, pickup_seconds, review_seconds, build_seconds, wait_seconds, deploy_seconds) is null)
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
) as c(shipped, without_change, earlier, without_stages),
(
  select count(*), count(*) filter (where deployment_id is null)
  from blame
  where service_id = any($services) and environment = $environment and signal in ('incident', 'degradation') and started_at >= $from and started_at < $to
) as b(incidents, unlinked),
(
  select count(*), max(cast(extract(epoch from d.finished_at - v.received_at) as double precision))
  from deployment d
  join delivery v on v.id = d.delivery_id
  where d.finished_at >= $from and d.finished_at < $to and d.finished_at > v.received_at + interval '1 minute'
) as t(told_before, seconds)
