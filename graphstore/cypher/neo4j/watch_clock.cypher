// The server's clock as `lock_entities` reads it.
WITH datetime.realtime() AS now
RETURN now.epochSeconds * 1000000 + now.microsecond AS clock
