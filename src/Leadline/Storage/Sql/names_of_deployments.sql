select d.service, d.app, r.name, count(distinct d.id), max(d.id), max(d.delivery_id)
from deployment d
left join repository r on r.repository_id = d.repository_id
group by d.service, d.app, r.name
