select count(*)
from (select 1 from ledger where environment = $environment limit 1) as one
