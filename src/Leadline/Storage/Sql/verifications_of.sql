select content, delivery_id
from verification
where deployment = $id and service = $service
order by as_of, delivery_id
