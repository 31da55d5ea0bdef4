UNWIND $rows AS r
MATCH (a:Article {id: r.source})
WITH r, a
MATCH (t:Article {id: r.target})
MERGE (a)-[:RETRACTS]->(t)
