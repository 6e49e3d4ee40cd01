select (select min(received_at) from delivery where id > (select value from cursor where name = 'reader') and body is not null),
  (select count(*) from stale)
