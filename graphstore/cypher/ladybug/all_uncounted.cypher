// Edges that a version wrote which did not know of weights, or whose key does not tell the counts.
MATCH (k:Edge)
WHERE k.state = ''
RETURN k.key AS key, k.subject AS subject, k.predicate AS predicate, k.object AS object
LIMIT $limit
