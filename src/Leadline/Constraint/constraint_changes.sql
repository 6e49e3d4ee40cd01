-- Deployments are taken whole: those whose id has a hash below the bound, the same ones on every engine.
select s.name, c.deployment_id, c.deployed_at, c.lead_seconds, c.coding_seconds, c.pickup_seconds, c.review_seconds, c.build_seconds, c.wait_seconds, c.deploy_seconds
from shipped_change c
join service s on s.service_id = c.service_id
where c.service_id = any($services) and c.environment = $environment and c.deployed_at >= $from and c.deployed_at < $to and c.lead_seconds is not null
  and substr(md5(c.deployment_id), 1, 6) < $below
