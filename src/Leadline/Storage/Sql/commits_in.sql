select r.name, count(distinct c.sha), max(c.sha), max(c.delivery_id)
from repository r
join git_commit c on c.repository_id = r.repository_id
where r.repository_id = any($repositories)
group by r.name
