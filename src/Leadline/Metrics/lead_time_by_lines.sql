-- A change is as old as its oldest commit, and as large as its source said last.
select size, count(*), percentile_cont(0.5) within group (order by seconds), percentile_cont(0.9) within group (order by seconds), percentile_cont(0.5) within group (order by pickup)
from (
  select seconds, pickup, case when lines <= 10 then 0 when lines <= 50 then 1 when lines <= 200 then 2 when lines <= 1000 then 3 else 4 end as size
  from (
    select repository_id, change, max(lead_seconds) as seconds, max(pickup_seconds) as pickup
    from shipped_change
    where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null and change is not null
    group by service_id, deployment_id, repository_id, change
  ) as changes
  join (
    select distinct on (repository_id, number) repository_id as its_repository, number, lines
    from change
    where lines is not null and repository_id in (
      select repository_id from shipped_change
      where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to
    )
    order by repository_id, number, as_of desc, lines desc
  ) as said on said.its_repository = changes.repository_id and said.number = changes.change
) as sized
group by size
order by size
