select d.id
from delivery d
join reading r on r.delivery_id = d.id
where d.source = $source and r.reader_version = any($versions) and d.id > $after
  and d.body is not null and d.id <= (select value from cursor where name = 'reader')
order by d.id
limit $limit
