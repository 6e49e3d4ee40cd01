cast(sum(rate_failed) as double precision) / nullif(sum(rate_of), 0)
