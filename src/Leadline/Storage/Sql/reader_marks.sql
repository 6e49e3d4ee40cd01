select source, version, is_whole, judges, asked from reader order by source
