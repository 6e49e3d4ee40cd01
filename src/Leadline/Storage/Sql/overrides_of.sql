select o.service_id, o.id, o.kind, o.deployment_id, o.incident_id, o.reason, o.made_at
from override o
left join override u on u.service_id = o.service_id and u.undoes = o.id
where o.service_id = any($services) and o.undoes is null and u.id is null
