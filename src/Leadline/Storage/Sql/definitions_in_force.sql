select hash from definitions order by in_force_from desc limit 1
