-- Where shipped commits were found by a comparison, what told of it.
with found as (
  select distinct c.deployment_id, c.repository_id, c.sha, l.sha as head_sha
  from shipped_change c
  join ledger l on l.service_id = c.service_id and l.environment = c.environment and l.deployment_id = c.deployment_id
  where c.service_id = any($services) and c.deployment_id = any($ids) and c.sha = any($shas) and c.method = 'compare'
)
select distinct f.deployment_id, f.sha, c.delivery_id
from found f
join comparison c on c.repository_id = f.repository_id and c.head_sha = f.head_sha and c.commits like '%' || f.sha || '%'
