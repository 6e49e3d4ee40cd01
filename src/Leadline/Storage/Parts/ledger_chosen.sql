where l.service_id = any($services) and l.environment = $environment
  and l.deployed_at >= $from and l.deployed_at < $to
  and ($kind = 'all' or ($kind = 'counted' and l.counted) or ($kind = 'not_counted' and not l.counted) or ($kind = 'failed' and l.failed)
    or ($kind = 'open' and l.failed and l.restored_at is null) or ($kind = 'rework' and l.rework) or ($kind = 'unlinked' and l.counted and l.link <> 'linked')
    or ($kind = 'short' and l.link = 'short_sha'))
  and ($text = '' or strpos(lower(l.version), $text) > 0 or starts_with(l.sha, $text))
