{ledger_columns}
from (
  select *
  from ledger l
  where l.service_id = any($services) and l.environment = $environment
    and l.failed_at >= $from and l.failed_at < $to and l.counted and l.failed
    and (l.deployed_at, l.deployment_id) < ($before, $before_id)
  order by l.deployed_at desc, l.deployment_id desc
  limit $limit
) as l
{ledger_names}
order by l.deployed_at desc, l.deployment_id desc
