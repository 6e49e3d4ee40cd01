select o.service, u.id
from override o
left join override u on u.service_id = o.service_id and u.undoes = o.id
where o.id = $id and o.undoes is null
