UNWIND $rows AS r
MATCH (a:Article {id: r.document})-[e:STATES]->(k:Edge)
SET e.retracted = r.retracted
