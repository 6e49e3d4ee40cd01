-- Run once, when the database is made: the user as which Grafana reads. What it may see, Leadline says when it starts.
\getenv password LEADLINE_READER_PASSWORD
create role leadline_reader login password :'password';
