// Each from its end of fewer edges, for the other may be a hub.
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WHERE s.degree <= o.degree
RETURN r.key AS key, r.subject AS subject
;
MATCH (s:Entity {curie: $row_subject})-[x:RELATES]->(o:Entity)
WHERE x.key = $row_key
DELETE x
;
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WHERE s.degree > o.degree
RETURN r.key AS key, r.object AS object
;
MATCH (o:Entity {curie: $row_object})<-[x:RELATES]-(s:Entity)
WHERE x.key = $row_key
DELETE x
;
UNWIND $rows AS r
MATCH (k:Edge {key: r.key})
DELETE k
