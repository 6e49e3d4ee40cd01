select service_id from service
