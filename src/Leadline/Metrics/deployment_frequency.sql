-- deployments bigint, per_day double precision, deploy_days_per_week double precision
with counted as (
  select cast(coalesce(sum(deployments), 0) as bigint) as deployments from {counted} as counted
),
-- The weeks that have a deployment, ranked among all whole weeks of the window; those that have none come before them.
weeks as (
  select count(distinct day) as days,
    cast($weeks as bigint) - count(*) over () + row_number() over (order by count(distinct day)) as rank
  from {days} as days
  where day >= cast($first_week as timestamp) and day < cast($first_week as timestamp) + cast($weeks as integer) * interval '7 days'
  group by date_trunc('week', day)
),
middle as (
  select cast(coalesce(sum(days) filter (where 2 * rank between cast($weeks as bigint) and cast($weeks as bigint) + 2), 0) as double precision) as days
  from weeks
)
select
  deployments,
  cast(nullif(deployments, 0) as double precision)
    / (cast(extract(epoch from cast($to as timestamptz) - cast($from as timestamptz)) as double precision) / 86400) as per_day,
  case when deployments > 0 and cast($weeks as bigint) > 0 then middle.days / (2 - cast($weeks as bigint) % 2) end as deploy_days_per_week
from counted, middle
