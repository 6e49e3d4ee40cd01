rollup -- Of the window the whole months and, beside them, the whole days.
  where service_id = any($scope) and environment = $environment and span in ('day', 'month') and starts >= $first_day and starts < $last_day
    and case span when 'month' then starts >= $first_month and starts < $last_month else starts < $first_month or starts >= $last_month end
