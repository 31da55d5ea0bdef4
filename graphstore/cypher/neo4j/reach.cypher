// What any of some entities is related to, the most papers first, hubs damped by the power of their degree.
UNWIND $curies AS x
MATCH (s:Entity {curie: x})
WITH s
MATCH (s)-[r:RELATES]-(t)
WHERE NOT t.curie IN $without AND ($type = '' OR t.type = $type)
  AND r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
WITH t.curie AS curie, t.name AS name, t.type AS type, t.degree AS degree, sum(r.papers) AS papers
RETURN curie, name, type, degree, papers
ORDER BY papers * degree ^ (-1.0 * $damping) DESC, curie
LIMIT $limit
