create table meta (name text not null, value text not null);
create table cursor (name text not null, value bigint not null);

create table delivery (
  id bigint not null, source text not null, received_at timestamptz not null, headers text not null, body bytea, dedupe_key text not null
);
create unique index delivery_dedupe on delivery (dedupe_key);
create table reading (
  delivery_id bigint not null, reader_version integer not null, outcome text not null, because text, facts integer not null
);

create table repository (repository_id bigint not null, name text not null);
create table git_commit (
  repository_id bigint not null, sha text not null, parents text, parents_from_push boolean not null, branch text,
  authored_at timestamptz, committed_at timestamptz, reverts text, mentions text, by_bot boolean not null, author text, paths text,
  subject text, as_of timestamptz not null, delivery_id bigint not null
);
create table change (
  repository_id bigint not null, number integer not null, opened_at timestamptz, ready_at timestamptz, first_reviewed_at timestamptz,
  approved_at timestamptz, merged_at timestamptz, closed_at timestamptz, merge_sha text, head_sha text, commits text, branch text,
  target_branch text, labels text, title text, author text, url text, as_of timestamptz not null, delivery_id bigint not null
);
create table review (
  repository_id bigint not null, number integer not null, id text not null, submitted_at timestamptz not null, approved boolean not null,
  author text, as_of timestamptz not null, delivery_id bigint not null
);
create table build (
  repository_id bigint not null, id text not null, attempt integer not null, sha text not null, pipeline text, queued_at timestamptz,
  started_at timestamptz, finished_at timestamptz, status text not null, url text, as_of timestamptz not null, delivery_id bigint not null
);
create table artifact (
  repository_id bigint not null, name text not null, sha text, as_of timestamptz not null, delivery_id bigint not null
);
create table deployment (
  id text not null, service text, app text, repository_id bigint, environment text not null, version text, sha text, status text not null,
  created_at timestamptz, waited_from timestamptz, started_at timestamptz, finished_at timestamptz, failed boolean, changes text, url text,
  as_of timestamptz not null, delivery_id bigint not null
);
create table incident (
  id text not null, source text not null, service text, source_group text, repository_id bigint, status text not null,
  started_at timestamptz not null, acknowledged_at timestamptz, resolved_at timestamptz, severity text, deployment text, sha text,
  labels text, title text, url text, as_of timestamptz not null, delivery_id bigint not null
);
create table flag_change (
  id text not null, flag text not null, service text, environment text not null, is_on boolean not null, changed_at timestamptz not null,
  as_of timestamptz not null, delivery_id bigint not null
);
create table annotation (
  id text not null, service text, team text, marked_at timestamptz not null, content text not null, as_of timestamptz not null,
  delivery_id bigint not null
);

create table service (service_id bigint not null, name text not null, team text, area text);
create table stale (service_id bigint not null, name text not null, mark bigint not null);
create table ledger (
  service_id bigint not null, environment text not null, deployment_id text not null, repository_id bigint, sha text, version text,
  kind text not null, counted boolean not null, deployed_at timestamptz not null, started_at timestamptz, waited_from timestamptz,
  link text not null, commits integer not null, changes integer not null, lead_times integer not null, median_lead_seconds double precision,
  failed boolean not null, failed_because text, failed_at timestamptz, restored_at timestamptz, restored_by text,
  recovery_seconds double precision, rework boolean not null, rework_because text, url text
);
create table shipped_change (
  service_id bigint not null, environment text not null, deployed_at timestamptz not null, lead_seconds double precision,
  deployment_id text not null, repository_id bigint not null, sha text not null, change integer, method text not null,
  not_counted_because text, started_at timestamptz, coding_seconds double precision, pickup_seconds double precision,
  review_seconds double precision, build_seconds double precision, wait_seconds double precision, deploy_seconds double precision
);
create table blame (
  service_id bigint not null, environment text not null, deployment_id text, signal text not null, evidence text not null,
  method text not null, started_at timestamptz not null, acknowledged_at timestamptz, resolved_at timestamptz, title text, url text
);
create table definitions (hash text not null, in_force_from timestamptz not null, content text not null);
create table token (name text not null, scope text not null, hash bytea not null, created_at timestamptz not null);
