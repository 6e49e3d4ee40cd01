-- bucket timestamp, bin integer, n bigint
select date_trunc($bucket, day) as bucket, bin, cast(sum(n) as bigint) as n
from (
  select starts as day, unnest(lead_bins) as bin, unnest(lead_counts) as n from {whole}
  union all -- edges
  select deployed_day, {bin_of(lead_seconds)}, 1 from {edges(shipped_change)} as edges where lead_seconds is not null -- edges
) as bins
group by 1, 2
order by 1, 2
