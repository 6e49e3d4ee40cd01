select s.name, s.team, l.environment, count(*)
from ledger l join service s on s.service_id = l.service_id
where l.counted and l.failed and l.restored_at is null
group by s.name, s.team, l.environment
order by s.name, l.environment
