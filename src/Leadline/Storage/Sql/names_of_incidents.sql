select i.source, i.service, i.source_group, r.name, i.labels, count(distinct i.id), max(i.id), max(i.delivery_id)
from incident i
left join repository r on r.repository_id = i.repository_id
where i.status <> 'dismissed'
group by i.source, i.service, i.source_group, r.name, i.labels
