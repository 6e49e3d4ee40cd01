select count(*), percentile_cont(0.5) within group (order by seconds), percentile_cont(0.9) within group (order by seconds), max(seconds)
from (
  select cast(extract(epoch from coalesce(started_at, deployed_at) - waited_from) as double precision) as seconds
  from ledger
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted and waited_from <= coalesce(started_at, deployed_at)
) as waits
