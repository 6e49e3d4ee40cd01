-- median_seconds double precision
with bins as (
  select unnest(recovery_bins) as bin, unnest(recovery_counts) as n from {whole}
  union all -- edges
  select {bin_of(recovery_seconds)}, 1 from {failures} as failures where recovery_seconds is not null -- edges
),
running as (
  select bin, sum(sum(n)) over (order by bin) as upto, sum(sum(n)) over () as total from bins group by bin
),
found as (
  select min(bin) filter (where upto > floor(0.5 * (total - 1))) as median from running
)
select {seconds_of(median)} as median_seconds from found
