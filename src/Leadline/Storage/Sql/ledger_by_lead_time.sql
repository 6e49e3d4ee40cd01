-- Rising where the sign is 1, falling where it is -1; what has no value comes last either way.
{ledger_rows}
  and (coalesce($sign * l.median_lead_seconds, 1e300), l.deployment_id, l.service_id) > ($value, $id, $service)
order by coalesce($sign * l.median_lead_seconds, 1e300), l.deployment_id, l.service_id
limit $limit
