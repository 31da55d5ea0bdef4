UNWIND $rows AS r
MATCH (s:Entity)-[x:RELATES {key: r.key}]->(o:Entity)
USING INDEX SEEK x:RELATES(key)
SET x.best = r.best
