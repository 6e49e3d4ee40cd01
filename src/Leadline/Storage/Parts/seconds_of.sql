(sign({it}) * 2 * power(cast(1.02020202020202 as double precision), abs({it}) - 1) / 2.02020202020202 / 1e6)
