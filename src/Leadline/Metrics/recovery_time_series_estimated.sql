-- bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint
with began as (
  select date_trunc($bucket, starts) as bucket, failures, recovery_bins as bins, recovery_counts as counts from {whole}
),
bins as (
  select bucket, unnest(bins) as bin, unnest(counts) as n from began
  union all -- edges
  select date_trunc($bucket, failed_day), {bin_of(recovery_seconds)}, 1 from {failures} as failures where recovery_seconds is not null -- edges
),
failures as (
  select bucket, cast(sum(n) as bigint) as n
  from (
    select bucket, failures as n from began
    union all -- edges
    select date_trunc($bucket, failed_day), 1 from {failures} as failures -- edges
  ) as counted
  group by bucket
),
sums as (
  select bucket, bin, sum(n) as n from bins group by bucket, bin
),
running as (
  select bucket, bin, sum(n) over (partition by bucket order by bin) as upto, sum(n) over (partition by bucket) as total from sums
),
found as (
  select bucket, min(bin) filter (where upto > floor(0.5 * (total - 1))) as median, min(bin) filter (where upto > floor(0.75 * (total - 1))) as p75,
    min(bin) filter (where upto > floor(0.9 * (total - 1))) as p90
  from running
  group by bucket
)
select failures.bucket, {seconds_of(median)} as value, {seconds_of(p75)} as p75, {seconds_of(p90)} as p90, failures.n
from failures left join found on found.bucket = failures.bucket
where failures.n > 0
order by failures.bucket
