select dedupe_key, id from delivery where dedupe_key = any($keys)
