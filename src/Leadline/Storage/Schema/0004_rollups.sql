-- What the counted deployments of a service come to, by day and by month of the reporting time zone; under service 0 that of all services.
-- Spans in seconds lie in the bins of LogHistogram. They are made when a service is judged again, together with its rows.
create table rollup (
  service_id bigint not null, environment text not null, span text not null, starts timestamp not null,
  deployments integer not null, failed integer not null, rework integer not null, with_changes integer not null, baseline integer not null,
  gap integer not null, lead_times integer not null, failures integer not null,
  lead_bins integer[], lead_counts integer[], between_bins integer[], between_counts integer[], recovery_bins integer[], recovery_counts integer[],
  fingerprint bigint not null
);
-- PostgreSQL: create unique index rollup_key on rollup (service_id, environment, span, starts);
-- PostgreSQL: create index ledger_newest on ledger (environment, deployed_at desc, deployment_id desc);
-- PostgreSQL: create index ledger_failed on ledger (service_id, environment, failed_at) include (failed_day, restored_at, recovery_seconds) where counted and failed;

update service set fingerprint = 0;
insert into stale
select service_id, name, (select value from cursor where name = 'stale') from service
where service_id not in (select service_id from stale);
