select service, deployment, check_name, case when is_watched then content end
from verification
where as_of >= $from
order by as_of, delivery_id
