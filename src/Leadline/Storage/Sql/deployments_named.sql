select d.service, d.app, r.name, count(distinct d.id), max(d.id), max(d.delivery_id)
from deployment d
left join repository r on r.repository_id = d.repository_id
where coalesce(d.service, '') || chr(10) || coalesce(d.app, '') || chr(10) || coalesce(r.name, '') = any($names)
group by d.service, d.app, r.name
