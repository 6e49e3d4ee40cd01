-- Judged rows know their day in the reporting time zone, and their fingerprint, by which a judgement finds what it changes.
-- They are made again from the facts; nothing that was sent is touched.
insert into stale
select service_id, name, (select value from cursor where name = 'stale') from service
where service_id not in (select service_id from stale);

drop table ledger;
create table ledger (
  service_id bigint not null, environment text not null, deployment_id text not null, repository_id bigint, sha text, version text,
  kind text not null, counted boolean not null, deployed_at timestamptz not null, deployed_day timestamp not null,
  seconds_since_previous double precision, started_at timestamptz, waited_from timestamptz,
  link text not null, commits integer not null, changes integer not null, lead_times integer not null, median_lead_seconds double precision,
  failed boolean not null, failed_because text, failed_at timestamptz, failed_day timestamp, restored_at timestamptz, restored_by text,
  recovery_seconds double precision, rework boolean not null, rework_because text, url text, fingerprint bigint not null
);
drop table shipped_change;
create table shipped_change (
  service_id bigint not null, environment text not null, deployed_at timestamptz not null, deployed_day timestamp not null,
  lead_seconds double precision, deployment_id text not null, repository_id bigint not null, sha text not null, change integer,
  method text not null, not_counted_because text, started_at timestamptz, coding_seconds double precision, pickup_seconds double precision,
  review_seconds double precision, build_seconds double precision, wait_seconds double precision, deploy_seconds double precision
);
drop table service;
create table service (service_id bigint not null, name text not null, team text, area text, fingerprint bigint not null);
