select s.name, s.team, s.area, string_agg(newest.environment, ',' order by newest.environment), max(newest.deployed_at)
from service s
left join (
  select measured.service_id, measured.environment, deployed.deployed_at
  from (select distinct service_id, environment from rollup where span = 'month') as measured,
    lateral (select max(l.deployed_at) as deployed_at from ledger l where l.service_id = measured.service_id and l.environment = measured.environment and l.counted) as deployed
) as newest on newest.service_id = s.service_id
group by s.service_id, s.name, s.team, s.area
order by s.name
