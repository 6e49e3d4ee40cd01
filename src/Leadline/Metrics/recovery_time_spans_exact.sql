-- seconds double precision, n bigint
select recovery_seconds as seconds, count(*) as n
from ledger
where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $to and counted and failed and recovery_seconds is not null
group by 1
order by 1
