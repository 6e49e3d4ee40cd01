-- How long runs waited until they began.
select count(*), percentile_cont(0.5) within group (order by seconds), percentile_cont(0.9) within group (order by seconds)
from (
  select distinct repository_id, id, attempt, cast(extract(epoch from started_at - queued_at) as double precision) as seconds
  from build
  where finished_at >= $from and finished_at < $to and queued_at <= started_at and repository_id in (
    select repository_id from ledger
    where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to
  )
) as runs
