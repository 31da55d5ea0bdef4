UNWIND $ids AS x
MATCH (a:Article {id: x})-[:RETRACTS]->(t:Article)
RETURN a.id AS notice, t.id AS target
UNION
UNWIND $ids AS x
MATCH (t:Article {id: x})<-[:RETRACTS]-(a:Article)
RETURN a.id AS notice, t.id AS target
