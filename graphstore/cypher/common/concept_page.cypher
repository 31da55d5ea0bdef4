MATCH (c:Concept)
WHERE c.key > $after AND c.key < $before
RETURN c.key AS key, c.curie AS curie, c.name AS name, c.category AS category, c.rest AS rest
ORDER BY key
LIMIT $limit
