-- median_seconds double precision
with bins as (
  select unnest(between_bins) as bin, unnest(between_counts) as n from {whole}
  union all -- edges
  select {bin_of(seconds_since_previous)}, 1 from {edges(ledger)} as edges where counted and seconds_since_previous is not null -- edges
),
running as (
  select bin, sum(sum(n)) over (order by bin) as upto, sum(sum(n)) over () as total from bins group by bin
),
found as (
  select min(bin) filter (where upto > floor(0.5 * (total - 1))) as median from running
)
select {seconds_of(median)} as median_seconds from found
