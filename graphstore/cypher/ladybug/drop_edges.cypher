UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})-[x:RELATES]->(o:Entity {curie: r.object})
WHERE x.key = r.key
DELETE x
;
UNWIND $rows AS r
MATCH (k:Edge {key: r.key})
DELETE k
