select service_id, cast(sum(deployments) as bigint), cast(sum(failed) as bigint), {failure_rate}, cast(sum(rework) as bigint), {rework_rate},
  cast(sum(lead_times) as bigint)
from {whole}
group by service_id
