-- A change is as old as its oldest commit.
select size, count(*), percentile_cont(0.5) within group (order by seconds), percentile_cont(0.9) within group (order by seconds), percentile_cont(0.5) within group (order by pickup)
from (
  select seconds, pickup, case when commits = 1 then 0 when commits <= 3 then 1 when commits <= 10 then 2 else 3 end as size
  from (
    select count(*) as commits, max(lead_seconds) as seconds, max(pickup_seconds) as pickup
    from shipped_change
    where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null and change is not null
    group by service_id, deployment_id, repository_id, change
  ) as changes
) as sized
group by size
order by size
