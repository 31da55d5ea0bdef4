// From the given neighbours of A one step further, to what A itself has no counted paper with. Weights are whole numbers.
UNWIND $links AS l
MATCH (b:Entity {curie: l.curie})-[r:RELATES]-(c:Entity)
WHERE r.papers >= $min_papers AND c.curie <> $curie AND ($type = '' OR c.type = $type)
WITH l.curie AS via, l.papers AS first, l.weight AS weight, c, max(r.papers) AS second
WITH c, sum(CASE WHEN first < second THEN first ELSE second END * weight) AS score, count(via) AS links
WHERE NOT EXISTS { MATCH (c)-[x:RELATES]-(a:Entity {curie: $curie}) WHERE x.papers + x.negated + x.speculated > 0 }
RETURN c.curie AS curie, c.name AS name, c.type AS type, c.degree AS degree, score, links
ORDER BY score DESC, curie
LIMIT $limit
