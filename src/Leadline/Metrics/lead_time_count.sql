-- lead_times bigint
select cast(coalesce(sum(lead_times), 0) as bigint) as lead_times from {counted} as counted
