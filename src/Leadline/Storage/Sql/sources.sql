select d.source, count(*), count(*) filter (where r.outcome = 'facts'), count(*) filter (where r.outcome = 'ignored'),
  count(*) filter (where r.outcome = 'unreadable'), count(*) filter (where r.outcome is null), max(d.received_at)
from delivery d
left join reading r on r.delivery_id = d.id
group by d.source
order by d.source
