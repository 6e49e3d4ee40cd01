select of_team, name, team, environment, n, quantiles[1] / 1e6, quantiles[2] / 1e6, quantiles[3] / 1e6
from (
  select cast(grouping(s.name) as integer) as of_team, s.name, s.team, c.environment, count(*) as n,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by cast(lead_seconds * 1e6 as bigint)) as quantiles
  from shipped_change c join service s on s.service_id = c.service_id
  where c.deployed_at >= $from and c.deployed_at < $to and c.lead_seconds is not null
  group by grouping sets ((s.name, s.team, c.environment), (s.team, c.environment))
) as shipped
