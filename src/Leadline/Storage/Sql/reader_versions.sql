select d.source, r.reader_version, count(*), count(*) filter (where r.outcome = 'facts')
from delivery d
join reading r on r.delivery_id = d.id
where d.source = any($sources) and d.body is not null and d.id <= (select value from cursor where name = 'reader')
group by d.source, r.reader_version
order by d.source, r.reader_version
