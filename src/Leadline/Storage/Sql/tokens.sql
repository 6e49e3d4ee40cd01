select name, scope, hash, created_at from token order by name
