select service, deployment, check_name, verdict
from verification
where deployment = any($ids)
order by as_of, delivery_id
