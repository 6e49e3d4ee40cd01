-- bucket timestamp, bin integer, n bigint
select date_trunc($bucket, day) as bucket, bin, cast(sum(n) as bigint) as n
from (
  select starts as day, unnest(recovery_bins) as bin, unnest(recovery_counts) as n from {whole}
  union all -- edges
  select failed_day, {bin_of(recovery_seconds)}, 1 from {failures} as failures where recovery_seconds is not null -- edges
) as bins
group by 1, 2
order by 1, 2
