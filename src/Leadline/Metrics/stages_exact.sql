select coding[1], coding[2], coding[3], pickup[1], pickup[2], pickup[3], review[1], review[2], review[3], build[1], build[2], build[3], wait[1], wait[2], wait[3], deploy[1], deploy[2], deploy[3]
from (
  select
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by coding_seconds) as coding,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by pickup_seconds) as pickup,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by review_seconds) as review,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by build_seconds) as build,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by wait_seconds) as wait,
    percentile_cont(array[0.5, 0.75, 0.9]) within group (order by deploy_seconds) as deploy
  from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
) as stages
