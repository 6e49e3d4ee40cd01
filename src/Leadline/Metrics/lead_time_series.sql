select date_trunc($bucket, deployed_at at time zone $timezone) as bucket,
  percentile_cont(0.5) within group (order by lead_seconds) as value,
  percentile_cont(0.75) within group (order by lead_seconds) as p75,
  percentile_cont(0.9) within group (order by lead_seconds) as p90,
  count(*) as n
from shipped_change
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
group by 1
order by 1
