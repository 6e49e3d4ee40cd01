-- What hosts said lies between two commits, and of deployments that nothing joins with the one before, what was live before: the two can be compared.
create table comparison (
  repository_id bigint not null, base_sha text not null, head_sha text not null, status text, merge_base text, commits text not null, total integer,
  as_of timestamptz not null, delivery_id bigint not null
);
-- PostgreSQL: create index comparison_repository on comparison (repository_id);
-- PostgreSQL: create index comparison_delivery on comparison (delivery_id);

-- Null where there is nothing to compare; the fingerprint of a row of which that is so stays what it was.
alter table ledger add column live_before text;
insert into stale
select service_id, name, (select value from cursor where name = 'stale') from service
where service_id not in (select service_id from stale);
