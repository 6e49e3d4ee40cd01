select d.service, d.app, r.name
from (select distinct service, app, repository_id from deployment) as d
left join repository r on r.repository_id = d.repository_id
