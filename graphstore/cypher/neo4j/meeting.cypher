// The middles of four-hop paths: what the best neighbours of A (side 0) and of C (side 1) have in common, by the weaker half.
// Both sides are gathered in one pass, so nothing is joined; two different neighbours make sure that a path exists.
// m bears no label, or the planner may scan it for a join where the graph is small.
MATCH (a:Entity {curie: $a})
MATCH (c:Entity {curie: $c})
UNWIND $sides AS l
MATCH (x:Entity {curie: l.curie})-[r:RELATES]-(m)
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND m <> a AND m <> c
WITH m, l.side AS side, l.curie AS via, CASE WHEN l.papers < r.papers THEN l.papers ELSE r.papers END * l.factor AS value
WITH m, max(CASE WHEN side = 0 THEN value ELSE 0 END) AS first, max(CASE WHEN side = 1 THEN value ELSE 0 END) AS second, count(DISTINCT via) AS vias
WHERE first > 0 AND second > 0 AND vias > 1
RETURN m.curie AS curie, m.degree AS degree
ORDER BY CASE WHEN first < second THEN first ELSE second END / sqrt(degree) DESC, curie
LIMIT $limit
