select d.id, d.source, d.received_at, r.because
from reading r
join delivery d on d.id = r.delivery_id
where r.outcome = 'unreadable' and r.delivery_id < $before
order by r.delivery_id desc
limit $limit
