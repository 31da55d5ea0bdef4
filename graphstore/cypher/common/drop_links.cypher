UNWIND $rows AS r
MATCH (a:Article {id: r.notice})-[l:RETRACTS]->(t:Article {id: r.target})
DELETE l
