UNWIND $ids AS x
MATCH (a:Article {id: x})-[:RETRACTS]->(t:Article)
RETURN a.id AS source, a.title AS source_title, 'retracts' AS kind, t.id AS target, t.title AS target_title
UNION
UNWIND $ids AS x
MATCH (t:Article {id: x})<-[:RETRACTS]-(a:Article)
RETURN a.id AS source, a.title AS source_title, 'retracts' AS kind, t.id AS target, t.title AS target_title
UNION
UNWIND $ids AS x
MATCH (a:Article {id: x})-[l:BEARS_ON]->(t:Article)
RETURN a.id AS source, a.title AS source_title, l.kind AS kind, t.id AS target, t.title AS target_title
UNION
UNWIND $ids AS x
MATCH (t:Article {id: x})<-[l:BEARS_ON]-(a:Article)
RETURN a.id AS source, a.title AS source_title, l.kind AS kind, t.id AS target, t.title AS target_title
