with deployed as (
  select service_id, deployed_at
  from ledger
  where service_id = any($services) and environment = $environment and deployed_at >= $from and deployed_at < $to and counted
),
days as (
  select distinct date_trunc('day', deployed_at at time zone $timezone) as day
  from deployed
),
weeks as (
  select cast($first_week as timestamp) + n * interval '7 days' as week
  from generate_series(0, cast($weeks as integer) - 1) as w(n)
),
days_of_week as (
  select count(days.day) as days
  from weeks
  left join days on date_trunc('week', days.day) = weeks.week
  group by weeks.week
),
spans as (
  select extract(epoch from deployed_at - lag(deployed_at) over (partition by service_id order by deployed_at)) as seconds
  from deployed
)
select
  (select count(*) from deployed) as deployments,
  (select percentile_cont(0.5) within group (order by days) from days_of_week) as deploy_days_per_week,
  (select percentile_cont(0.5) within group (order by seconds) from spans) as median_seconds_between
