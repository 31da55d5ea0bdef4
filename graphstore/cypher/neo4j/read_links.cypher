// All that these articles link to, and what retracts them.
UNWIND $ids AS x
MATCH (a:Article {id: x})-[:RETRACTS]->(t:Article)
RETURN a.id AS source, 'retracts' AS kind, t.id AS target
UNION
UNWIND $ids AS x
MATCH (t:Article {id: x})<-[:RETRACTS]-(a:Article)
RETURN a.id AS source, 'retracts' AS kind, t.id AS target
UNION
UNWIND $ids AS x
MATCH (a:Article {id: x})-[l:BEARS_ON]->(t:Article)
RETURN a.id AS source, l.kind AS kind, t.id AS target
