select
  count(*) as lead_times,
  percentile_cont(0.5) within group (order by lead_seconds) as median_seconds,
  percentile_cont(0.75) within group (order by lead_seconds) as p75_seconds,
  percentile_cont(0.9) within group (order by lead_seconds) as p90_seconds,
  percentile_disc($lower) within group (order by lead_seconds) as lower_seconds,
  percentile_disc($upper) within group (order by lead_seconds) as upper_seconds
from shipped_change
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
