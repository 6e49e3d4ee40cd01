-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
with bins as (
  select starts as day, unnest(lead_bins) as bin, unnest(lead_counts) as n from {whole}
  union all -- edges
  select deployed_day, {bin_of(lead_seconds)}, 1 from {edges(shipped_change)} as edges where lead_seconds is not null -- edges
),
sums as (
  select date_trunc($bucket, day) as bucket, bin, sum(n) as n from bins group by 1, 2
),
running as (
  select bucket, bin, sum(n) over (partition by bucket order by bin) as upto, sum(n) over (partition by bucket) as total from sums
),
found as (
  select bucket, cast(max(total) as bigint) as n,
    min(bin) filter (where upto > floor(0.5 * (total - 1))) as median, min(bin) filter (where upto > floor(0.75 * (total - 1))) as p75,
    min(bin) filter (where upto > floor(0.9 * (total - 1))) as p90
  from running
  group by bucket
)
select bucket, {seconds_of(median)} as value, {seconds_of(p75)} as p75, {seconds_of(p90)} as p90, n
from found
order by bucket
