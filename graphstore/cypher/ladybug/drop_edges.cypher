// Each from its end of fewer edges, for the other may be a hub.
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WHERE s.degree <= o.degree
WITH r, s
OPTIONAL MATCH (s)-[x:RELATES]->(n:Entity)
WITH r, x
WHERE x.key = r.key
DELETE x
;
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WHERE s.degree > o.degree
WITH r, o
OPTIONAL MATCH (o)<-[x:RELATES]-(n:Entity)
WITH r, x
WHERE x.key = r.key
DELETE x
;
UNWIND $rows AS r
MATCH (k:Edge {key: r.key})
DELETE k
