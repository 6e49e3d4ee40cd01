-- value double precision, rework bigint, deployments bigint
select {rework_rate} as value,
  cast(coalesce(sum(rework), 0) as bigint) as rework, cast(coalesce(sum(deployments), 0) as bigint) as deployments
from {counted} as counted
