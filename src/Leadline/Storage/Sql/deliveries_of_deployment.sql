select distinct d.id, d.source, d.received_at, r.outcome
from deployment f
join delivery d on d.id = f.delivery_id
left join reading r on r.delivery_id = d.id
where f.id = $id
order by d.id
