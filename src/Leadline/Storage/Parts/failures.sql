-- The failures that began before the first whole day of the window and after its last.
(
  select * from ledger
  where service_id = any($services) and environment = $environment and failed_at >= $from and failed_at < $head_to and counted and failed
  union all
  select * from ledger
  where service_id = any($services) and environment = $environment and failed_at >= $tail_from and failed_at < $to and counted and failed
)
