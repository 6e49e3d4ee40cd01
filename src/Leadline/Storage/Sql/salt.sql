select value from meta where name = 'salt'
