-- Of the window what comes before its first whole day and after its last.
(
  select * from {it} where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $head_to
  union all
  select * from {it} where service_id = any($services) and environment = $environment and deployed_at >= $tail_from and deployed_at < $to
)
