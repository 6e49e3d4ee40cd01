select distinct repository_id, number, delivery_id
from change
where repository_id = any($repositories) and number = any($numbers)
