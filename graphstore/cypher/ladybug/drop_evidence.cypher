UNWIND $rows AS r
MATCH (a:Article {id: r.document})-[e:STATES]->(k:Edge)
WHERE e.id = r.id
DELETE e
