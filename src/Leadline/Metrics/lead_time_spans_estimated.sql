-- seconds double precision, n bigint
select {seconds_of(bin)} as seconds, cast(sum(n) as bigint) as n
from (
  select unnest(lead_bins) as bin, unnest(lead_counts) as n from {whole}
  union all -- edges
  select {bin_of(lead_seconds)}, 1 from {edges(shipped_change)} as edges where lead_seconds is not null -- edges
) as bins
group by bin
order by bin
