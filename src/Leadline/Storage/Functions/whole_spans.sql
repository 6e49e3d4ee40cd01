-- The whole days and months of a window: as WholeSpans, which says what they are for.
create function whole_spans("from" timestamptz, "to" timestamptz, by_month boolean)
returns table(head_to timestamptz, tail_from timestamptz, first_day timestamp, first_month timestamp, last_month timestamp, last_day timestamp)
language sql stable as $function$
  with days as (
    select date_trunc('day', ($1 at time zone timezone()) + interval '1 day' - interval '1 microsecond') as first,
      date_trunc('day', $2 at time zone timezone()) as last
  ),
  months as (
    select first, last, date_trunc('month', first + interval '1 month' - interval '1 microsecond') as first_month, date_trunc('month', last) as last_month from days
  )
  select case when last > first then first at time zone timezone() else $1 end, case when last > first then last at time zone timezone() else $1 end,
    first, case when $3 and last > first and last_month > first_month then first_month else greatest(first, last) end,
    case when $3 and last > first and last_month > first_month then last_month else greatest(first, last) end, greatest(first, last)
  from months
$function$;
