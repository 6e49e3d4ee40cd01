-- What a row adds to the change failure rate, above and below its line: null where it is 1 for a failure and 1 for the row.
alter table ledger add column rate_failed integer;
alter table ledger add column rate_of integer;
alter table rollup add column rate_failed integer default 0;
alter table rollup add column rate_of integer default 0;
update rollup set rate_failed = failed, rate_of = deployments;
