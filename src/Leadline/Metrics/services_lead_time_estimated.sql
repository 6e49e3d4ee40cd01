with bins as (
  select service_id, unnest(lead_bins) as bin, unnest(lead_counts) as n from {whole}
),
sums as (
  select service_id, bin, sum(n) as n from bins group by service_id, bin
),
running as (
  select service_id, bin, sum(n) over (partition by service_id order by bin) as upto, sum(n) over (partition by service_id) as total from sums
),
found as (
  select service_id, cast(max(total) as bigint) as n, min(bin) filter (where upto > floor(0.5 * (total - 1))) as median from running group by service_id
)
select service_id, n, {seconds_of(median)} from found
