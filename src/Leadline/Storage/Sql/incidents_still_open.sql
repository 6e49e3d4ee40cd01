{incident_rows}
  and b.resolved_at is null
order by b.started_at, b.evidence, b.service_id
limit $limit
