select id, source, received_at, headers, body, cast(null as integer), cast(null as text), cast(null as text), cast(null as integer)
from delivery
where id >= $first and id < $first + $limit and body is not null
order by id
