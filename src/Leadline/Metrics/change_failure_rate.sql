-- value double precision, failed bigint, deployments bigint
select cast(sum(failed) as double precision) / nullif(sum(deployments), 0) as value,
  cast(coalesce(sum(failed), 0) as bigint) as failed, cast(coalesce(sum(deployments), 0) as bigint) as deployments
from {counted} as counted
