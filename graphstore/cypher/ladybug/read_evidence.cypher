UNWIND $ids AS x
MATCH (a:Article {id: x})
OPTIONAL MATCH (a)-[e:STATES]->(k:Edge)
WITH a, e, k
WHERE k.key IS NOT NULL
RETURN a.id AS document, e.id AS id, k.key AS key, e.polarity AS polarity, k.subject AS subject, k.predicate AS predicate, k.object AS object
