UNWIND $rows AS r
MATCH (a:Article {id: r.source})-[l:BEARS_ON]->(t:Article {id: r.target})
WHERE l.kind = r.kind
DELETE l
