select d.id
from delivery d
join reading r on r.delivery_id = d.id
where d.body is not null
  and (d.received_at < $before or (r.outcome = 'unreadable' and d.received_at < $unreadable_before))
