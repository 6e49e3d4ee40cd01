{ledger_columns}
from (
  select *
  from ledger l
  where l.service_id = any($services) and l.environment = $environment
    and l.deployed_at >= $from and l.deployed_at < $to and l.counted and l.rework
    and (l.deployed_at, l.deployment_id) < ($before, $before_id)
  order by l.deployed_at desc, l.deployment_id desc
  limit $limit
) as l
{ledger_names}
order by l.deployed_at desc, l.deployment_id desc
