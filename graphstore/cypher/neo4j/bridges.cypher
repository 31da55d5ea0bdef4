// Both ends are expanded and joined on the middle, whatever the statistics say of the average entity: these two may be hubs.
MATCH (a:Entity {curie: $a})-[r:RELATES]-(b:Entity)-[q:RELATES]-(c:Entity {curie: $c})
USING JOIN ON b
WHERE r.papers >= $min_papers AND q.papers >= $min_papers AND b.curie <> $a AND b.curie <> $c AND ($type = '' OR b.type = $type)
WITH b.curie AS curie, b.degree AS degree, max(r.papers) AS first, max(q.papers) AS second
RETURN curie, degree, first, second
ORDER BY CASE WHEN first < second THEN first ELSE second END / sqrt(degree) DESC, curie
LIMIT $limit
