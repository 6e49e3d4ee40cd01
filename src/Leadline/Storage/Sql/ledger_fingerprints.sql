select service_id, environment, deployment_id, fingerprint from ledger where service_id = any($services)
