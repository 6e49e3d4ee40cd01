select s.name, c.deployment_id, c.deployed_at, r.name, c.sha, c.change, c.method, c.not_counted_because, c.started_at, c.lead_seconds,
  c.coding_seconds, c.pickup_seconds, c.review_seconds, c.build_seconds, c.wait_seconds, c.deploy_seconds
from (
  select *
  from shipped_change c
  where c.service_id = any($services) and c.environment = $environment
    and c.deployed_at >= $from and c.deployed_at < $to and c.lead_seconds is not null
  order by c.lead_seconds desc, c.deployment_id, c.sha
  limit $limit
) as c
join service s on s.service_id = c.service_id
join repository r on r.repository_id = c.repository_id
order by c.lead_seconds desc, c.deployment_id, c.sha
