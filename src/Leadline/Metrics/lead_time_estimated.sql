-- lead_times bigint, median_seconds double precision, p75_seconds double precision, p90_seconds double precision, lower_seconds double precision, upper_seconds double precision
with bins as (
  select unnest(lead_bins) as bin, unnest(lead_counts) as n from {whole}
  union all -- edges
  select {bin_of(lead_seconds)}, 1 from {edges(shipped_change)} as edges where lead_seconds is not null -- edges
),
running as (
  select bin, sum(sum(n)) over (order by bin) as upto, sum(sum(n)) over () as total from bins group by bin
),
found as (
  select cast(coalesce(max(total), 0) as bigint) as lead_times,
    min(bin) filter (where upto > floor(0.5 * (total - 1))) as median, min(bin) filter (where upto > floor(0.75 * (total - 1))) as p75,
    min(bin) filter (where upto > floor(0.9 * (total - 1))) as p90,
    min(bin) filter (where upto > floor($lower * (total - 1))) as low, min(bin) filter (where upto > floor($upper * (total - 1))) as high
  from running
)
select lead_times, {seconds_of(median)} as median_seconds, {seconds_of(p75)} as p75_seconds, {seconds_of(p90)} as p90_seconds,
  {seconds_of(low)} as lower_seconds, {seconds_of(high)} as upper_seconds
from found
