UNWIND $rows AS r
MATCH (a:Article {id: r.document})
OPTIONAL MATCH (a)-[e:STATES]->(k:Edge)
WITH r, e
WHERE e.id = r.id
DELETE e
