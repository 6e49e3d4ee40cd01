select max(newest.deployed_at)
from (select unnest($services) as service_id) as wanted,
  lateral (select max(deployed_at) as deployed_at from ledger l where l.service_id = wanted.service_id and l.environment = $environment and l.counted) as newest
