select count(*)
from delivery d
join reading r on r.delivery_id = d.id
where d.source = $source and r.reader_version <> $version and d.body is not null and d.id <= (select value from cursor where name = 'reader')
