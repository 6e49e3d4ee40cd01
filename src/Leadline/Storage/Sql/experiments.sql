select e.content, e.registered_at, e.registered_by, s.stopped_at, s.stopped_by, s.because
from experiment e
left join experiment_stop s on s.name = e.name
where $name = '' or e.name = $name
order by e.starts_at desc, e.name
