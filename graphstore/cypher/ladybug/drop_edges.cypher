UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WITH r, s, o
OPTIONAL MATCH (s)-[x:RELATES]->(o)
WITH r, x
WHERE x.predicate = r.predicate
DELETE x
;
UNWIND $rows AS r
MATCH (k:Edge {key: r.key})
DELETE k
