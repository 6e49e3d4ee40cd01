-- deployments bigint, per_day double precision, deploy_days_per_week double precision, median_seconds_between double precision
with deployed as (
  select deployed_day, seconds_since_previous
  from ledger
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
),
weeks as (
  select cast($first_week as timestamp) + n * interval '7 days' as week
  from generate_series(0, cast($weeks as integer) - 1) as w(n)
),
days_of_week as (
  select count(distinct deployed.deployed_day) as days
  from weeks
  left join deployed on date_trunc('week', deployed.deployed_day) = weeks.week
  group by weeks.week
)
select
  (select count(*) from deployed) as deployments,
  (select cast(nullif(count(*), 0) as double precision) from deployed)
    / (cast(extract(epoch from cast($to as timestamptz) - cast($from as timestamptz)) as double precision) / 86400) as per_day,
  (select percentile_cont(0.5) within group (order by days) from days_of_week where exists (select 1 from deployed)) as deploy_days_per_week,
  (select percentile_cont(0.5) within group (order by seconds_since_previous) from deployed) as median_seconds_between
