// The best neighbours of an entity by papers, hubs damped.
MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.papers >= $min_papers AND b.curie <> $but AND ($type = '' OR b.type = $type)
WITH b.curie AS curie, b.degree AS degree, max(r.papers) AS papers
RETURN curie, papers, degree
ORDER BY papers / sqrt(degree) DESC, curie
LIMIT $limit
