select bucket, continuous[1] as value, continuous[2] as p75, continuous[3] as p90, n
from (
  select date_trunc($bucket, deployed_at at time zone $timezone) as bucket,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by lead_seconds) as continuous, count(*) as n
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
  group by 1
) as shipped
order by bucket
