{ledger_rows}
  and (l.deployed_at, l.deployment_id, l.service_id) > ($at, $id, $service)
order by l.deployed_at, l.deployment_id, l.service_id
limit $limit
