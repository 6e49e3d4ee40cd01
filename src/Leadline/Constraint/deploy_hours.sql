-- By quarters of an hour since 1970: no zone's clock differs from UTC by less.
select cast(floor(extract(epoch from deployed_at) / 900) as bigint), count(*)
from ledger
where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
group by 1
order by 1
