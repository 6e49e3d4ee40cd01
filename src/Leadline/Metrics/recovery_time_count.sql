-- failures bigint
select cast(coalesce(sum(failures), 0) as bigint) as failures
from (select failures from {whole} as whole union all select 1 from {failures} as failures) as counted
