// Edges that a version wrote which did not know of weights.
MATCH (s:Entity)-[r:RELATES]->(o:Entity)
WHERE r.weight IS NULL
RETURN r.key AS key, s.curie AS subject, r.predicate AS predicate, o.curie AS object
LIMIT $limit
