-- What a configuration repository's commit names, which folders of it a deployment is made of, and why deployments ship nothing known.
-- Counts are made again when a service is judged; of commits that are stored already, the first line of the message tells.
alter table git_commit add column naming text;
alter table deployment add column config_paths text;
alter table rollup add column no_sha integer default 0;
alter table rollup add column short_sha integer default 0;
alter table rollup add column unknown_sha integer default 0;
alter table rollup add column configuration integer default 0;
-- PostgreSQL: create index deployment_repository on deployment (repository_id);
-- PostgreSQL: create index deployment_sha on deployment (sha);

update service set fingerprint = 0;
insert into stale
select service_id, name, (select value from cursor where name = 'stale') from service
where service_id not in (select service_id from stale);
