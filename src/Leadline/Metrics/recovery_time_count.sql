-- failures bigint
select cast(coalesce(sum(n), 0) as bigint) as failures
from (
  select failures as n from {whole}
  union all -- edges
  select 1 from {failures} as failures -- edges
) as counted
