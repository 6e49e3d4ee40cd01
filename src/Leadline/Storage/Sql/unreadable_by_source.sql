select d.source, count(*)
from reading r
join delivery d on d.id = r.delivery_id
where r.outcome = 'unreadable' and d.body is not null and ($source = '' or d.source = $source)
group by d.source
order by d.source
