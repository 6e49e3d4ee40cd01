case when $statistic = 'median_of_daily_medians' then {it} end
