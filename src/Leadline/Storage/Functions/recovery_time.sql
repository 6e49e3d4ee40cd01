-- Recovery times: over the rows where they are few, else from histograms.
create function recovery_time({window}, {scope})
returns table(median_seconds double precision, failures bigint, open bigint, oldest_open timestamptz, percentiles text, value_seconds double precision) language sql stable as $function$
  select found.median_seconds, counted.failures, (select count(*) from recovery_time_open($1, $2, $3, $4, $5, $6)), (select min(failed_at) from recovery_time_open($1, $2, $3, $4, $5, $6)), found.percentiles,
    case when (rule('recovery.of', 'Deployment') = 'Deployment' and statistic('recovery') = 'median') then found.median_seconds else (select value from recovery_time_statistic($1, $2, $3, $4, $5, $6)) end
  from recovery_time_count($1, $2, $3, $4, $5, $6) as counted, (
    select median_seconds, 'exact' as percentiles from recovery_time_exact($1, $2, $3, $4, $5, $6)
    where (select failures from recovery_time_count($1, $2, $3, $4, $5, $6)) <= {most_exact}
    union all
    select median_seconds, 'estimated' from recovery_time_estimated($1, $2, $3, $4, $5, $6)
    where (select failures from recovery_time_count($1, $2, $3, $4, $5, $6)) > {most_exact}
  ) as found
$function$;
-- Recovery times by bucket: over the rows where they are few, else from histograms.
create function recovery_time_series({window}, {scope}, bucket text default 'week')
returns table(bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint, percentiles text) language sql stable as $function$
  select *, 'exact' from recovery_time_series_statistic($1, $2, $3, $4, $5, $6, $7) where not (rule('recovery.of', 'Deployment') = 'Deployment' and statistic('recovery') = 'median')
  union all
  select *, 'exact' from recovery_time_series_exact($1, $2, $3, $4, $5, $6, $7) where (rule('recovery.of', 'Deployment') = 'Deployment' and statistic('recovery') = 'median') and (select failures from recovery_time_count($1, $2, $3, $4, $5, $6)) <= {most_exact}
  union all
  select *, 'estimated' from recovery_time_series_estimated($1, $2, $3, $4, $5, $6, $7) where (rule('recovery.of', 'Deployment') = 'Deployment' and statistic('recovery') = 'median') and (select failures from recovery_time_count($1, $2, $3, $4, $5, $6)) > {most_exact}
  order by 1
$function$;
