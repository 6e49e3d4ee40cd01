case $statistic when 'mean' then avg({it}) else percentile_cont(0.5) within group (order by {it}) end
