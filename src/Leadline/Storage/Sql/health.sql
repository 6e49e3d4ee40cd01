select cast((select value from meta where name = 'schema') as integer),
  (select count(*) from delivery),
  (select count(*) from delivery where id > (select value from cursor where name = 'reader') and body is not null),
  (select count(*) from reading where outcome = 'unreadable'),
  (select count(*) from git_commit), (select count(distinct id) from deployment), (select count(distinct id) from incident),
  (select count(*) from ledger),
  (select count(*) from blame where deployment_id is null),
  (select count(*) from ledger where counted and link = 'gap'), (select count(*) from ledger where counted and link = 'unknown_sha'),
  (select count(*) from ledger where counted and link = 'no_sha'), (select count(*) from ledger where counted and link = 'short_sha'),
  (select count(*) from ledger where counted and link = 'configuration'),
  (select count(*) from shipped_change where lead_seconds < 0),
  (select count(distinct d.id) from deployment d where d.service is not null
    and lower(d.service) not in (select lower(name) from service)),
  (select count(*) from stale)
