-- Rising where the sign is 1, falling where it is -1; what has no value comes last either way.
{ledger_columns}
from (
  select *
  from ledger l
  {ledger_chosen}
    and (coalesce($sign * l.median_lead_seconds, 1e300), l.deployment_id, l.service_id) > ($value, $id, $service)
  order by coalesce($sign * l.median_lead_seconds, 1e300), l.deployment_id, l.service_id
  limit $limit
) as l
{ledger_names}
order by coalesce($sign * l.median_lead_seconds, 1e300), l.deployment_id, l.service_id
