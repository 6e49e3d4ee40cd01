-- deployments bigint, per_day double precision, deploy_days_per_week double precision
with counted as (
  select cast(coalesce(sum(deployments), 0) as bigint) as deployments from {counted} as counted
),
weeks as (
  select cast($first_week as timestamp) + n * interval '7 days' as week
  from generate_series(0, cast($weeks as integer) - 1) as w(n)
),
days_of_week as (
  select count(distinct days.day) as days
  from weeks
  left join {days} as days on date_trunc('week', days.day) = weeks.week
  group by weeks.week
)
select
  deployments,
  cast(nullif(deployments, 0) as double precision)
    / (cast(extract(epoch from cast($to as timestamptz) - cast($from as timestamptz)) as double precision) / 86400) as per_day,
  (select percentile_cont(0.5) within group (order by days) from days_of_week where counted.deployments > 0) as deploy_days_per_week
from counted
