select newest.service_id, max(r.name)
from (
  select service_id, max(deployed_at) as deployed_at from ledger
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and repository_id is not null
  group by service_id
) as newest
join ledger l on l.service_id = newest.service_id and l.environment = $environment and l.deployed_at = newest.deployed_at
join repository r on r.repository_id = l.repository_id
group by newest.service_id
