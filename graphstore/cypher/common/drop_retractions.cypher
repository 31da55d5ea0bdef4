UNWIND $rows AS r
MATCH (a:Article {id: r.source})-[l:RETRACTS]->(t:Article {id: r.target})
DELETE l
