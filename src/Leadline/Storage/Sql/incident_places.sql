select s.name, b.environment, b.deployment_id
from blame b
join service s on s.service_id = b.service_id
where b.signal in ('incident', 'degradation') and b.evidence = $id
order by s.name, b.environment
