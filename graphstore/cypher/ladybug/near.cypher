// The best neighbours of an entity by papers, hubs damped; one that has no other edge leads nowhere.
MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND b.curie <> $but AND ($type = '' OR b.type = $type) AND b.degree > 1
WITH b.curie AS curie, b.degree AS degree, max(r.papers) AS papers, max(r.weight) AS weight, count(r.papers) AS ways
RETURN curie, papers, weight, ways, degree
ORDER BY papers / sqrt(degree) DESC, curie
LIMIT $limit
