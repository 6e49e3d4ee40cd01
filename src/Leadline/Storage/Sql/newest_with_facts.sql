select r.delivery_id
from delivery d
join reading r on r.delivery_id = d.id
where d.source = $source and r.outcome = 'facts'
order by d.id desc
limit $limit
