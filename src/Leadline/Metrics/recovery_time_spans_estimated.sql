-- seconds double precision, n bigint
select {seconds_of(bin)} as seconds, cast(sum(n) as bigint) as n
from (
  select unnest(recovery_bins) as bin, unnest(recovery_counts) as n from {whole}
  union all -- edges
  select {bin_of(recovery_seconds)}, 1 from {failures} as failures where recovery_seconds is not null -- edges
) as bins
group by bin
order by bin
