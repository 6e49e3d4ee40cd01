select s.name, l.environment, l.deployment_id, r.name, l.sha, l.version, l.kind, l.counted, l.deployed_at, l.started_at, l.link, l.commits,
  l.changes, l.lead_times, l.median_lead_seconds, l.failed, l.failed_because, l.failed_at, l.restored_at, l.restored_by,
  l.recovery_seconds, l.rework, l.rework_because, l.url, l.overridden, l.live_before
