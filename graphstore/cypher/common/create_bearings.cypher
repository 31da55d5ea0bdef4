// Links that change no count: corrections, concerns, and the notices that an article's own record names.
UNWIND $rows AS r
MATCH (a:Article {id: r.source})
WITH r, a
MATCH (t:Article {id: r.target})
MERGE (a)-[:BEARS_ON {kind: r.kind}]->(t)
