select min(id)
from delivery
where id > (select value from cursor where name = 'reader') and body is not null
