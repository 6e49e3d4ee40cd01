select d.id, d.source, d.received_at, r.outcome
from delivery d
left join reading r on r.delivery_id = d.id
where d.id < $before and ($outcome = '' or coalesce(r.outcome, 'unread') = $outcome)
order by d.id desc
limit $limit
