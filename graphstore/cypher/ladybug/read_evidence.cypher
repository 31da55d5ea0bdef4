UNWIND $ids AS x
MATCH (a:Article {id: x})
OPTIONAL MATCH (a)<-[:SAID_IN]-(e:Evidence)
WITH e
WHERE e.id IS NOT NULL
WITH e, e.key AS stated
MATCH (k:Edge {key: stated})
RETURN e.document AS document, e.id AS id, stated AS key, e.polarity AS polarity, k.subject AS subject, k.predicate AS predicate, k.object AS object
