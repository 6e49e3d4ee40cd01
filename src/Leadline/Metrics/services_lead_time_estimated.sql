-- Of the whole window, where the bucket is null, and by bucket.
with bins as (
  select service_id, date_trunc($bucket, starts) as bucket, unnest(lead_bins) as bin, unnest(lead_counts) as n
  from rollup
  where service_id = any($services) and environment = $environment and span = 'day' and starts >= $first_day and starts < $last_day
),
sums as (
  select service_id, bucket, bin, sum(n) as n from bins group by grouping sets ((service_id, bin), (service_id, bucket, bin))
),
running as (
  select service_id, bucket, bin, sum(n) over (partition by service_id, bucket order by bin) as upto, sum(n) over (partition by service_id, bucket) as total
  from sums
),
found as (
  select service_id, bucket, cast(max(total) as bigint) as n, min(bin) filter (where upto > floor(0.5 * (total - 1))) as median
  from running
  group by service_id, bucket
)
select service_id, bucket, n, {seconds_of(median)} from found
