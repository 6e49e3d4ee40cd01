select d.id, d.source, d.received_at, r.outcome, r.because, r.facts, r.reader_version
from delivery d
left join reading r on r.delivery_id = d.id
where d.id < $before and d.received_at >= $from and d.received_at < $to
  and ($source = '' or d.source = $source) and ($outcome = '' or r.outcome is null)
order by d.id desc
limit $limit
