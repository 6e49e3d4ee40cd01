-- What people say against the rules: appended, never edited. To undo one is a row of its own, whose `undoes` names it.
create table override (
  service_id bigint not null, id bigint not null, service text not null, kind text not null, environment text, deployment_id text, incident_id text,
  reason text, made_by text not null, made_at timestamptz not null, undoes bigint
);
-- PostgreSQL: create unique index override_id on override (service_id, id);
-- PostgreSQL: create unique index override_undone on override (service_id, undoes);
insert into cursor values ('override', 0);

-- Null where none acts on the row; the fingerprint of a row of which that is so stays what it was.
alter table ledger add column overridden text;
