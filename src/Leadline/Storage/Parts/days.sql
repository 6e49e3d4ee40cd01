-- The days of the window on which a counted deployment succeeded; some more than once.
(
  select starts as day
  from rollup
  where service_id = any($scope) and environment = $environment and span = 'day' and starts >= $first_day and starts < $last_day and deployments > 0
  union all -- edges
  select deployed_day from {edges(ledger)} as edges where counted -- edges
)
