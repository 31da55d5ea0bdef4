UNWIND $rows AS r
MATCH (s:Entity)-[x:RELATES {key: r.key}]->(o:Entity)
DELETE x
