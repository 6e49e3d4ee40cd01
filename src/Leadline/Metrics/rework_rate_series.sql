-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
select date_trunc($bucket, day) as bucket, {rework_rate} as value,
  cast(null as double precision) as p75, cast(null as double precision) as p90, cast(sum(deployments) as bigint) as n
from {counted} as counted
group by 1
having sum(deployments) > 0
order by 1
