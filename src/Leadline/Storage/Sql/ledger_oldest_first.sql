{ledger_columns}
from (
  select *
  from ledger l
  {ledger_chosen}
    and (l.deployed_at, l.deployment_id, l.service_id) > ($at, $id, $service)
  order by l.deployed_at, l.deployment_id, l.service_id
  limit $limit
) as l
{ledger_names}
order by l.deployed_at, l.deployment_id, l.service_id
