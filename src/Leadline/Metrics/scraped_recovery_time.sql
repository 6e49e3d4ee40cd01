select of_team, name, team, environment, n, quantiles[1], quantiles[2], quantiles[3]
from (
  select cast(grouping(s.name) as integer) as of_team, s.name, s.team, l.environment, count(*) as n,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by l.recovery_seconds) as quantiles
  from ledger l join service s on s.service_id = l.service_id
  where l.failed_at >= $from and l.failed_at < $to and l.counted and l.failed
  group by grouping sets ((s.name, s.team, l.environment), (s.team, l.environment))
) as failures
