MATCH (a:Article)-[e:STATES]->(k:Edge)
WHERE a.id IN $ids
RETURN a.id AS document, e.id AS id, k.key AS key, e.polarity AS polarity, k.subject AS subject, k.predicate AS predicate, k.object AS object
