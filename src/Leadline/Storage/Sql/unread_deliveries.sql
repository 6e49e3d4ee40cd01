select d.id, d.source, d.received_at, d.headers, d.body, r.reader_version, r.outcome, r.because
from delivery d
left join reading r on r.delivery_id = d.id
where d.id > (select value from cursor where name = 'reader') and d.body is not null
order by d.id
limit $limit
