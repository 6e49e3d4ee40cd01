-- How many lines a change adds and removes together, where its source says so; of what was read before, reading again tells.
alter table change add column lines integer;
