-- Where lead time goes: a row for each stage, in order, over the shipped changes of which it is known.
create function stages({window}, {scope})
returns table(stage text, median_seconds double precision, p75_seconds double precision, p90_seconds double precision, n bigint) language sql stable as $function$
  select stages.stage, percentile_cont(0.5) within group (order by stages.seconds), percentile_cont(0.75) within group (order by stages.seconds),
    percentile_cont(0.9) within group (order by stages.seconds), count(stages.seconds)
  from shipped_change c,
    lateral (values (1, 'coding', c.coding_seconds), (2, 'pickup', c.pickup_seconds), (3, 'review', c.review_seconds), (4, 'build', c.build_seconds),
      (5, 'wait', c.wait_seconds), (6, 'deploy', c.deploy_seconds)) as stages(place, stage, seconds)
  where c.service_id = any({services}) and c.environment = $3 and c.deployed_at >= $1 and c.deployed_at < $2 and c.lead_seconds is not null
  group by stages.place, stages.stage
  order by stages.place
$function$;
