select name, max(mark) from stale group by name order by 2, 1
