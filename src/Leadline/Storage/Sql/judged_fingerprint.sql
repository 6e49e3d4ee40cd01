with judged as (
  select md5(concat_ws('|', 'ledger', service_id, environment, deployment_id, repository_id, sha, version, kind, counted, deployed_at,
    coalesce(cast(started_at as text), '-'), link, commits, changes, lead_times, coalesce(cast(median_lead_seconds as text), '-'), failed,
    failed_because, coalesce(cast(failed_at as text), '-'), coalesce(cast(restored_at as text), '-'), restored_by, rework, rework_because)) as print
  from ledger
  union all
  select md5(concat_ws('|', 'shipped_change', service_id, environment, deployment_id, repository_id, sha, coalesce(change, -1), method,
    not_counted_because, coalesce(cast(started_at as text), '-'), coalesce(cast(lead_seconds as text), '-')))
  from shipped_change
  union all
  select md5(concat_ws('|', 'blame', service_id, environment, coalesce(deployment_id, '-'), signal, evidence, method, started_at,
    coalesce(cast(acknowledged_at as text), '-'), coalesce(cast(resolved_at as text), '-')))
  from blame
)
select coalesce(md5(string_agg(print, '' order by print)), '') from judged
