-- with_changes bigint, without_changes bigint, baseline bigint, gap bigint, no_sha bigint, short_sha bigint, unknown_sha bigint, configuration bigint, incidents bigint, incidents_unlinked bigint
select
  cast(coalesce(sum(with_changes), 0) as bigint) as with_changes,
  cast(coalesce(sum(deployments - with_changes), 0) as bigint) as without_changes,
  cast(coalesce(sum(baseline), 0) as bigint) as baseline,
  cast(coalesce(sum(gap), 0) as bigint) as gap,
  cast(coalesce(sum(no_sha), 0) as bigint) as no_sha,
  cast(coalesce(sum(short_sha), 0) as bigint) as short_sha,
  cast(coalesce(sum(unknown_sha), 0) as bigint) as unknown_sha,
  cast(coalesce(sum(configuration), 0) as bigint) as configuration,
  max(incidents.all_of_them) as incidents,
  max(incidents.unlinked) as incidents_unlinked
from (
  select count(*) as all_of_them, count(*) filter (where deployment_id is null) as unlinked
  from blame
  where service_id = any($services) and environment = $environment and signal in ('incident', 'degradation') and started_at >= $from and started_at < $to
) as incidents
left join {counted} as counted on true
