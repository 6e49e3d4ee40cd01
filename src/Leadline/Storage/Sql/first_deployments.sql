select s.name, min(l.deployed_at) as first_at
from ledger l
join service s on s.service_id = l.service_id
where l.environment = $environment and l.counted
group by s.name
order by s.name
