select service_id, fingerprint from service where service_id = any($services)
