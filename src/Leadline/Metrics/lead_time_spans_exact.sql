-- seconds double precision, n bigint
select lead_seconds as seconds, count(*) as n
from shipped_change
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
group by 1
order by 1
