cast(sign({it}) * (1 + greatest(0, ceil(ln(greatest(abs({it}), 1e-6) * 1e6) / 0.020000666706669435))) as integer)
