-- By which version of its reader the deliveries of a source were read. Where not all of those whose bodies are kept were, they are read again;
-- then all services are judged where facts were replaced. Of a source that does not stand here nobody knows it yet.
create table reader (source text not null, version integer not null, is_whole boolean not null, judges boolean not null, asked bigint not null);
-- PostgreSQL: create unique index reader_source on reader (source);
-- PostgreSQL: create index reading_version on reading (reader_version);
-- PostgreSQL: create index reading_outcome on reading (outcome, delivery_id);
-- PostgreSQL: create index delivery_source on delivery (source, id);
