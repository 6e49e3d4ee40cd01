select service_id, environment, span, starts, fingerprint from rollup where service_id = any($services)
