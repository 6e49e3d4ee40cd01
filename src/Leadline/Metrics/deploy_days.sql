-- day timestamp
select day from {days} as days group by day order by day
