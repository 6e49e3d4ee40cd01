-- By whose word a version of the definitions came into force: a tag such as a commit or a ticket, never a person.
alter table definitions add column made_by text;
