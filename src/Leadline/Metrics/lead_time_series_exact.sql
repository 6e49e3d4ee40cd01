-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
select bucket, quantiles[1] / 1e6 as value, quantiles[2] / 1e6 as p75, quantiles[3] / 1e6 as p90, n
from (
  select date_trunc($bucket, deployed_day) as bucket, count(*) as n,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by cast(lead_seconds * 1e6 as bigint)) as quantiles
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
  group by 1
) as shipped
order by bucket
