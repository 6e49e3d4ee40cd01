-- with_changes bigint, without_changes bigint, baseline bigint, gap bigint, incidents bigint, incidents_unlinked bigint
select
  count(*) filter (where commits > 0) as with_changes,
  count(*) filter (where commits = 0) as without_changes,
  count(*) filter (where link = 'baseline') as baseline,
  count(*) filter (where link = 'gap') as gap,
  (select count(*) from blame where service_id = any($services) and environment = $environment
    and signal = 'incident' and started_at >= $from and started_at < $to) as incidents,
  (select count(*) from blame where service_id = any($services) and environment = $environment
    and signal = 'incident' and started_at >= $from and started_at < $to and deployment_id is null) as incidents_unlinked
from ledger
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
