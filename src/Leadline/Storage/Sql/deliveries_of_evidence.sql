select id, delivery_id from incident where id = any($ids)
union all
select id, delivery_id from deployment where id = any($ids)
union all
select sha, delivery_id from git_commit where sha = any($ids)
