select s.name, s.team, environment, cast(sum(deployments) as bigint), cast(sum(failed) as bigint), cast(sum(rework) as bigint)
from rollup join service s on s.service_id = rollup.service_id
where span = 'month' and deployments > 0
group by s.name, s.team, environment
order by s.name, environment
