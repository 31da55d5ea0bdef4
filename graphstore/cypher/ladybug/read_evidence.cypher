UNWIND $ids AS x
MATCH (a:Article {id: x})
RETURN a.id AS id
;
MATCH (a:Article {id: $row_id})-[e:STATES]->(k:Edge)
RETURN a.id AS document, e.id AS id, k.key AS key, e.polarity AS polarity, k.subject AS subject, k.predicate AS predicate, k.object AS object
