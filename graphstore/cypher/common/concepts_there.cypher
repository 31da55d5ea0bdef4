UNWIND $keys AS k
MATCH (c:Concept {key: k})
RETURN c.key AS key, c.curie AS curie, c.name AS name, c.category AS category
