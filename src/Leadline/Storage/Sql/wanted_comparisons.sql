-- Of deployments that nothing joins with the one before, the two commits that nobody compared yet; the newest first.
with wanted as (
  select service_id, repository_id, live_before, sha, max(deployed_at) as deployed_at
  from ledger
  where live_before is not null
  group by service_id, repository_id, live_before, sha
), compared as (
  select distinct base_sha, head_sha from comparison
)
select s.name, r.name, w.live_before, w.sha
from wanted w
join service s on s.service_id = w.service_id
left join repository r on r.repository_id = w.repository_id
left join compared c on c.base_sha = w.live_before and c.head_sha = w.sha
where c.base_sha is null
order by w.deployed_at desc, s.name, w.sha
