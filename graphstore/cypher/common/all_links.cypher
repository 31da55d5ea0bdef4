MATCH (a:Article)-[:RETRACTS]->(t:Article)
RETURN a.id AS source, 'retracts' AS kind, t.id AS target
UNION
MATCH (a:Article)-[l:BEARS_ON]->(t:Article)
RETURN a.id AS source, l.kind AS kind, t.id AS target
