select name, mark from stale order by mark, name
