-- The steps of roll-outs, and what was measured of services after their deployments.
alter table deployment add column steps text;
create table verification (
  deployment text not null, service text not null, environment text not null, check_name text not null, verdict text not null,
  is_watched boolean not null, content text not null, as_of timestamptz not null, delivery_id bigint not null
);
-- PostgreSQL: create index verification_deployment on verification (deployment);
-- PostgreSQL: create index verification_as_of on verification (as_of);
-- PostgreSQL: create index verification_delivery on verification (delivery_id);
