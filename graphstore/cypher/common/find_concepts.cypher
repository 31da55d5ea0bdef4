MATCH (c:Concept)
WHERE c.search CONTAINS $text AND c.graph IN $graphs
RETURN c.key AS key, c.curie AS curie, c.name AS name, c.category AS category
ORDER BY CASE WHEN c.search = $text THEN 0 ELSE 1 END, curie, key
LIMIT $limit
