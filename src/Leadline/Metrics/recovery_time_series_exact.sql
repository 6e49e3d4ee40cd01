-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
select date_trunc($bucket, failed_day) as bucket,
  percentile_cont(0.5) within group (order by recovery_seconds) as value,
  percentile_cont(0.75) within group (order by recovery_seconds) as p75,
  percentile_cont(0.9) within group (order by recovery_seconds) as p90,
  count(*) as n
from ledger
where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed
group by 1
order by 1
