select d.id, d.source from (select unnest($ids) as id) as wanted join delivery d on d.id = wanted.id
