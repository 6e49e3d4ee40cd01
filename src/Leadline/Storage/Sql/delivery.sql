select d.id, d.source, d.received_at, d.headers, d.body, r.reader_version, r.outcome, r.because, r.facts
from delivery d
left join reading r on r.delivery_id = d.id
where d.id = $id
