-- How far a scope's history was asked for.
select content from cursor where name = $name
