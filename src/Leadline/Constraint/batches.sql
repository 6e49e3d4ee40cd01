-- Of deployments that ship known changes, or commits where no change is known.
select size, count(*), count(*) filter (where failed)
from (
  select failed, case when batch = 1 then 0 when batch <= 3 then 1 when batch <= 10 then 2 else 3 end as size
  from (
    select failed, case when changes > 0 then changes else commits end as batch
    from ledger
    where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted and commits > 0
  ) as batches
) as sized
group by size
order by size
