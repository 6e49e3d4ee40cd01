join service s on s.service_id = l.service_id
left join repository r on r.repository_id = l.repository_id
