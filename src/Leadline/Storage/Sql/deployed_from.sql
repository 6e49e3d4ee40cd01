select distinct d.service, d.app, r.name
from deployment d
left join repository r on r.repository_id = d.repository_id
where d.repository_id = any($repositories)
  or (d.repository_id is null and (d.sha = any($shas)
    or d.sha in (select c.sha from git_commit c where c.repository_id = any($repositories))))
