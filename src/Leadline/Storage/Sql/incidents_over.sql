{incident_rows}
  and b.resolved_at is not null and b.started_at >= $from and b.started_at < $to
  and (b.started_at, b.evidence, b.service_id) < ($at, $id, $service)
order by b.started_at desc, b.evidence desc, b.service_id desc
limit $limit
