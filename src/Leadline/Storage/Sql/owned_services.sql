select name, team, area from service order by name
