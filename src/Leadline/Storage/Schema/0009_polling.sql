-- How far an API was asked for the history of a repository: all that is still to be asked, as JSON. It moves with the deliveries of each answer.
alter table cursor add column content text;
