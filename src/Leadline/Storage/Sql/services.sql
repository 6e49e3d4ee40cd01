select s.name, s.team, s.area, string_agg(distinct l.environment, ',' order by l.environment), max(l.deployed_at) filter (where l.counted)
from service s
left join ledger l on l.service_id = s.service_id
group by s.service_id, s.name, s.team, s.area
order by s.name
