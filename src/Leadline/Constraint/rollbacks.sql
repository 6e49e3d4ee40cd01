-- How many failures were rolled back, and how long after the deployment that failed.
select count(*), count(rolled_at), percentile_cont(0.5) within group (order by seconds), percentile_cont(0.9) within group (order by seconds)
from (
  select rolled_at, cast(extract(epoch from rolled_at - l.deployed_at) as double precision) as seconds
  from ledger l
  left join (
    select service_id, environment, deployment_id, min(resolved_at) as rolled_at
    from blame
    where service_id = any($services) and environment = $environment and signal = 'rollback'
    group by service_id, environment, deployment_id
  ) as b on b.service_id = l.service_id and b.environment = l.environment and b.deployment_id = l.deployment_id
  where l.service_id = any($services) and l.environment = $environment and l.failed_at >= $from and l.failed_at < $to and l.counted and l.failed
) as failures
