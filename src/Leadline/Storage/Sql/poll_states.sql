-- How asking each source's API goes.
select name, content from cursor where name like $like order by name
