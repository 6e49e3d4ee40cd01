select lead_times, continuous[1] as median_seconds, continuous[2] as p75_seconds, continuous[3] as p90_seconds,
  at_ranks[1] as lower_seconds, at_ranks[2] as upper_seconds
from (
  select count(*) as lead_times,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by lead_seconds) as continuous,
    percentile_disc(array[$lower, $upper]) within group (order by lead_seconds) as at_ranks
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
) as shipped
