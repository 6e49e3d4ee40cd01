select d.id, d.source, d.received_at, r.outcome, r.because, r.facts, r.reader_version
from reading r
join delivery d on d.id = r.delivery_id
where r.outcome = $outcome and r.delivery_id < $before and d.received_at >= $from and d.received_at < $to
  and ($source = '' or d.source = $source)
order by r.delivery_id desc
limit $limit
