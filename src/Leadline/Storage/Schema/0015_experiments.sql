-- Changes in practice as they were registered: appended, never edited. To stop one is a row of its own. Names of services are one a line; empty stands for all.
create table experiment (
  name text not null, starts_at timestamptz not null, ends_at timestamptz not null, environment text not null, services text not null, team text, area text,
  content text not null, registered_at timestamptz not null, registered_by text not null
);
create unique index experiment_name on experiment (name);
create table experiment_stop (name text not null, stopped_at timestamptz not null, stopped_by text not null, because text);
create unique index experiment_stop_name on experiment_stop (name);
