select distinct environment from flag_change
