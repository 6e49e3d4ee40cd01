-- Of the window the whole months and, beside them, the whole days.
(
  select * from rollup where service_id = any($scope) and environment = $environment and span = 'month' and starts >= $first_month and starts < $last_month
  union all
  select * from rollup where service_id = any($scope) and environment = $environment and span = 'day' and starts >= $first_day and starts < $first_month
  union all
  select * from rollup where service_id = any($scope) and environment = $environment and span = 'day' and starts >= $last_month and starts < $last_day
)
