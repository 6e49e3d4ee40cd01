-- What became of asking hosts to compare commits of a repository.
select name, content from cursor where lower(name) like $like order by name
