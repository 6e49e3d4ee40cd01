select count(*), count(deployment_id), count(detected), count(acknowledged), count(restored),
  percentile_cont(0.5) within group (order by detected), percentile_cont(0.5) within group (order by acknowledged),
  percentile_cont(0.5) within group (order by restored)
from (
  select b.deployment_id,
    case when l.deployed_at <= b.started_at then cast(extract(epoch from b.started_at - l.deployed_at) as double precision) end as detected,
    case when b.acknowledged_at >= b.started_at then cast(extract(epoch from b.acknowledged_at - b.started_at) as double precision) end as acknowledged,
    case when b.resolved_at >= b.started_at then cast(extract(epoch from b.resolved_at - b.started_at) as double precision) end as restored
  from blame b
  left join ledger l on l.service_id = b.service_id and l.environment = b.environment and l.deployment_id = b.deployment_id
  where b.service_id = any($services) and b.environment = $environment and b.signal in ('incident', 'degradation') and b.started_at >= $from and b.started_at < $to
) as times
