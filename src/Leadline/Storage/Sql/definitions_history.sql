select hash, in_force_from, content from definitions order by in_force_from desc
