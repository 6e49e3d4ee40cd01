select cast(grouping(s.name) as integer), s.name, s.team, environment, cast(sum(deployments) as bigint), {failure_rate}, {rework_rate}
from rollup join service s on s.service_id = rollup.service_id
where span = 'day' and starts >= $first_day and starts < $last_day and deployments > 0
group by grouping sets ((s.name, s.team, environment), (s.team, environment))
