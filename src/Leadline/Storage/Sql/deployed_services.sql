select distinct d.service, r.name
from deployment d
left join repository r on r.repository_id = d.repository_id
where d.service is not null
