-- Flaky: on one commit the same pipeline failed, and later succeeded.
select r.name, runs.pipeline, count(*), cast(sum(attempts) as bigint), count(*) filter (where attempts > 1), count(*) filter (where failed_at < succeeded_at)
from (
  select repository_id, coalesce(pipeline, '') as pipeline, sha, count(distinct id || '/' || cast(attempt as text)) as attempts,
    min(finished_at) filter (where status = 'failed') as failed_at, max(finished_at) filter (where status = 'succeeded') as succeeded_at
  from build
  where finished_at >= $from and finished_at < $to and repository_id in (
    select repository_id from ledger
    where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to
  )
  group by 1, 2, 3
) as runs
join repository r on r.repository_id = runs.repository_id
group by r.name, runs.pipeline
order by r.name, runs.pipeline
limit 100
