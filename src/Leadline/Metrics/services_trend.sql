select service_id, date_trunc($bucket, starts), cast(sum(deployments) as bigint), {failure_rate}, {rework_rate}
from rollup
where service_id = any($services) and environment = $environment and span = 'day' and starts >= $first_day and starts < $last_day
group by 1, 2
order by 1, 2
