-- value double precision, failed bigint, deployments bigint
select {failure_rate} as value,
  cast(coalesce(sum(rate_failed), 0) as bigint) as failed, cast(coalesce(sum(rate_of), 0) as bigint) as deployments
from {counted} as counted
