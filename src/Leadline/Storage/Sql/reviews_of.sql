select r.name, v.number, v.id, v.submitted_at, v.approved, v.author, v.as_of
from review v
join repository r on r.repository_id = v.repository_id
where v.repository_id = any($repositories)
