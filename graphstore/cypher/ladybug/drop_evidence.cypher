UNWIND $rows AS r
RETURN r.document AS document, collect(r.id) AS ids
;
MATCH (a:Article {id: $row_document})-[e:STATES]->(k:Edge)
WHERE e.id IN $row_ids
DELETE e
