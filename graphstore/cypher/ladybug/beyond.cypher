// From the given neighbours of A one step further, to what A itself has no counted paper with.
// The links are joined last: matching from them scans the table. Parameters are typed as narrow as their values, so they are cast.
MATCH (b:Entity)-[r:RELATES]-(c:Entity)
WHERE b.curie IN $curies AND r.papers >= $min_papers AND c.curie <> $curie AND ($type = '' OR c.type = $type)
WITH b.curie AS via, c, max(r.papers) AS second
UNWIND $links AS l
WITH l, via, c, second, CAST(l.papers AS INT64) AS first, CAST(l.weight AS INT64) AS weight
WHERE l.curie = via
WITH c, sum(CASE WHEN first < second THEN first ELSE second END * weight) AS score, count(via) AS links
WHERE NOT EXISTS { MATCH (c)-[x:RELATES]-(a:Entity {curie: $curie}) WHERE x.papers + x.negated + x.speculated > 0 }
RETURN c.curie AS curie, c.name AS name, c.type AS type, c.degree AS degree, score, links
ORDER BY score DESC, curie
LIMIT $limit
