select repository_id, name from repository where lower(name) = any($names)
