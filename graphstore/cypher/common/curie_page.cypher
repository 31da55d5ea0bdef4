// The next entities in the order of their CURIEs.
MATCH (e:Entity)
WHERE e.curie > $after
RETURN e.curie AS curie, e.type AS type
ORDER BY curie
LIMIT $limit
