select coalesce(md5(string_agg(cast(service_id as text) || ':' || cast(fingerprint as text), ',' order by service_id)), '') from service
