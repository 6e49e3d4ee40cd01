select s.name, c.deployment_id, c.deployed_at, r.name, c.sha, c.change, c.method, c.not_counted_because, c.started_at, c.lead_seconds,
  c.coding_seconds, c.pickup_seconds, c.review_seconds, c.build_seconds, c.wait_seconds, c.deploy_seconds
from shipped_change c
join service s on s.service_id = c.service_id
join repository r on r.repository_id = c.repository_id
where c.service_id = $service_id and c.environment = $environment and c.deployment_id = $id
order by c.lead_seconds is null, c.started_at, c.sha
limit $limit offset $skip
