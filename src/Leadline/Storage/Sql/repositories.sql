select name from repository order by name
