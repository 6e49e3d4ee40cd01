with shipped as (
  select distinct repository_id, sha, change from shipped_change
  where service_id = $service_id and environment = $environment and deployment_id = $id
), number as (
  select distinct repository_id, change from shipped where change is not null
), changed as (
  select c.* from change c join number n on n.repository_id = c.repository_id and n.change = c.number
), told as (
  select 'written' as kind, g.sha as name, g.authored_at as told_at, cast(null as text) as url, g.subject as title, g.delivery_id
  from git_commit g join shipped s on s.repository_id = g.repository_id and s.sha = g.sha
  union all select 'opened', '#' || cast(number as text), opened_at, url, title, delivery_id from changed
  union all select 'ready', '#' || cast(number as text), ready_at, url, title, delivery_id from changed where ready_at > opened_at
  union all select 'reviewed', '#' || cast(number as text), first_reviewed_at, url, title, delivery_id from changed
  union all select 'approved', '#' || cast(number as text), approved_at, url, title, delivery_id from changed
  union all select 'merged', '#' || cast(number as text), merged_at, url, title, delivery_id from changed
  union all select case when v.approved then 'approved' else 'reviewed' end, '#' || cast(v.number as text), v.submitted_at, null, null, v.delivery_id
  from review v join number n on n.repository_id = v.repository_id and n.change = v.number
  union all select 'build ' || b.status, coalesce(b.pipeline, b.id), b.finished_at, b.url, null, b.delivery_id
  from build b
  where b.sha in (select sha from shipped union select sha from ledger where service_id = $service_id and environment = $environment and deployment_id = $id)
  union all select 'waits for approval', environment, waited_from, null, null, delivery_id from deployment where id = $id and steps is null
  union all select 'deployment begins', environment, started_at, null, null, delivery_id from deployment where id = $id and steps is null
  union all select 'deployment ' || status, environment, finished_at, null, null, delivery_id from deployment where id = $id and steps is null
)
select kind, name, told_at, max(url), max(title), min(delivery_id), count(*) over ()
from told
where told_at is not null
group by kind, name, told_at
order by told_at desc, kind, name
limit $limit
