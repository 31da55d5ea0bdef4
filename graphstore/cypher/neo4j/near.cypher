// The best neighbours of an entity by papers, hubs damped; one that has no other edge leads nowhere.
// Nodes are compared, and not their CURIEs: reading those takes longer than all else.
MATCH (x:Entity {curie: $but})
MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b)
USING INDEX a:Entity(curie)
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND b <> x AND ($type = '' OR b.type = $type) AND b.degree > 1
WITH b, max(r.papers) AS papers, max(coalesce(r.weight, 0)) AS weight, count(*) AS ways
RETURN b.curie AS curie, papers, weight, ways, b.degree AS degree
ORDER BY papers / sqrt(degree) DESC, curie
LIMIT $limit
