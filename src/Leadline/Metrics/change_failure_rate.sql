-- value double precision, failed bigint, deployments bigint
select {failure_rate} as value,
  cast(coalesce(sum(failed), 0) as bigint) as failed, cast(coalesce(sum(deployments), 0) as bigint) as deployments
from {counted} as counted
