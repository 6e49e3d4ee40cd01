-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
select date_trunc($bucket, deployed_day) as bucket, cast(count(*) as double precision) as value,
  cast(null as double precision) as p75, cast(null as double precision) as p90, count(*) as n
from ledger
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
group by 1
order by 1
