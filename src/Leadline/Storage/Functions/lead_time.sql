-- Lead times: over the rows where they are few, else from histograms.
create function lead_time({window}, {scope})
returns table(lead_times bigint, median_seconds double precision, p75_seconds double precision, p90_seconds double precision, lower_seconds double precision,
  upper_seconds double precision, percentiles text, value_seconds double precision) language sql stable as $function$
  select found.*, case when statistic('lead_time') = 'median' then found.median_seconds else (select value from lead_time_statistic($1, $2, $3, $4, $5, $6)) end
  from (
  select *, 'exact' as percentiles from lead_time_exact($1, $2, $3, $4, $5, $6) where (select lead_times from lead_time_count($1, $2, $3, $4, $5, $6)) <= {most_exact}
  union all
  select *, 'estimated' from lead_time_estimated($1, $2, $3, $4, $5, $6) where (select lead_times from lead_time_count($1, $2, $3, $4, $5, $6)) > {most_exact}
  ) as found
$function$;
-- Lead times by bucket: over the rows where they are few, else from histograms.
create function lead_time_series({window}, {scope}, bucket text default 'week')
returns table(bucket timestamp, value double precision, p75 double precision, p90 double precision, n bigint, percentiles text) language sql stable as $function$
  select *, 'exact' from lead_time_series_statistic($1, $2, $3, $4, $5, $6, $7) where statistic('lead_time') <> 'median'
  union all
  select *, 'exact' from lead_time_series_exact($1, $2, $3, $4, $5, $6, $7) where statistic('lead_time') = 'median' and (select lead_times from lead_time_count($1, $2, $3, $4, $5, $6)) <= {most_exact}
  union all
  select *, 'estimated' from lead_time_series_estimated($1, $2, $3, $4, $5, $6, $7) where statistic('lead_time') = 'median' and (select lead_times from lead_time_count($1, $2, $3, $4, $5, $6)) > {most_exact}
  order by 1
$function$;
