cast(sum(rework) as double precision) / nullif(sum(deployments), 0)
