select s.name, l.environment
from ledger l
join service s on s.service_id = l.service_id
where l.deployment_id = $id
order by s.name, l.environment
