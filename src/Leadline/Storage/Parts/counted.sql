-- The counted deployments of the window: summed up by whole days and months, and one by one at its edges.
(
  select starts as day, deployments, failed, rework, with_changes, baseline, gap, no_sha, short_sha, unknown_sha, configuration, lead_times,
    rate_failed, rate_of
  from {whole}
  union all -- edges
  select deployed_day, 1, cast(failed as integer), cast(rework as integer), cast(commits > 0 as integer), cast(link = 'baseline' as integer), -- edges
    cast(link = 'gap' as integer), cast(link = 'no_sha' as integer), cast(link = 'short_sha' as integer), cast(link = 'unknown_sha' as integer), -- edges
    cast(link = 'configuration' as integer), lead_times, coalesce(rate_failed, cast(failed as integer)), coalesce(rate_of, 1) -- edges
  from {edges(ledger)} as edges where counted -- edges
)
