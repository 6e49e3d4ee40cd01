select d.id, d.source, d.received_at, d.headers, d.body, r.reader_version, r.outcome, r.because, r.facts
from (select unnest($ids) as id) as wanted
join delivery d on d.id = wanted.id
join reading r on r.delivery_id = d.id
where d.body is not null
order by d.id
