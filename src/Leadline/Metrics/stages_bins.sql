with shipped as (
  select * from shipped_change
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and lead_seconds is not null
)
select 0, {bin_of(coding_seconds)}, count(*) from shipped where coding_seconds is not null group by 2
union all
select 1, {bin_of(pickup_seconds)}, count(*) from shipped where pickup_seconds is not null group by 2
union all
select 2, {bin_of(review_seconds)}, count(*) from shipped where review_seconds is not null group by 2
union all
select 3, {bin_of(build_seconds)}, count(*) from shipped where build_seconds is not null group by 2
union all
select 4, {bin_of(wait_seconds)}, count(*) from shipped where wait_seconds is not null group by 2
union all
select 5, {bin_of(deploy_seconds)}, count(*) from shipped where deploy_seconds is not null group by 2
order by 1, 2
