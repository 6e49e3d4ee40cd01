select max(deployed_at) from ledger where service_id = any($services) and environment = $environment and counted
