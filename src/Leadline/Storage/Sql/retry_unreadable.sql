update reading set reader_version = 0
where outcome = 'unreadable' and delivery_id in (select id from delivery where body is not null and ($source = '' or source = $source))
