select o.service_id, o.id, o.service, o.kind, o.environment, o.deployment_id, o.incident_id, o.reason, o.made_by, o.made_at, u.made_by, u.made_at, u.reason,
  exists (select 1 from ledger l where l.service_id = o.service_id and l.deployment_id = o.deployment_id),
  exists (select 1 from blame b where b.service_id = o.service_id and b.signal in ('incident', 'degradation') and b.evidence = o.incident_id)
from override o
left join override u on u.service_id = o.service_id and u.undoes = o.id
where o.undoes is null and o.service_id = $service_id and (o.deployment_id = $id or o.incident_id = any($incidents))
order by o.id desc
