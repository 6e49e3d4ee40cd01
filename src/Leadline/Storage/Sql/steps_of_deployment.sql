select steps
from deployment
where id = $id and steps is not null
order by as_of, delivery_id
