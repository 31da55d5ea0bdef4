// All that these articles link to, and what retracts them.
UNWIND $ids AS x
MATCH (a:Article {id: x})
OPTIONAL MATCH (a)-[:RETRACTS]->(t:Article)
WITH a, t
WHERE t.id IS NOT NULL
RETURN a.id AS source, 'retracts' AS kind, t.id AS target
UNION
UNWIND $ids AS x
MATCH (t:Article {id: x})
OPTIONAL MATCH (t)<-[:RETRACTS]-(a:Article)
WITH a, t
WHERE a.id IS NOT NULL
RETURN a.id AS source, 'retracts' AS kind, t.id AS target
UNION
UNWIND $ids AS x
MATCH (a:Article {id: x})
OPTIONAL MATCH (a)-[l:BEARS_ON]->(t:Article)
WITH a, l, t
WHERE t.id IS NOT NULL
RETURN a.id AS source, l.kind AS kind, t.id AS target
