cast(sum(failed) as double precision) / nullif(sum(deployments), 0)
