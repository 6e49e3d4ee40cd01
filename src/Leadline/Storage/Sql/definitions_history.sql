select hash, in_force_from, content, made_by from definitions order by in_force_from desc
