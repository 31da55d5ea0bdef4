// Joined by node: reading the CURIE at the other end of every edge of the left side took five times as long.
MATCH (s:Entity)-[r:RELATES]-(t:Entity)
USING INDEX s:Entity(curie)
USING INDEX t:Entity(curie)
USING JOIN ON t
WHERE s.curie IN $left AND t.curie IN $right
  AND r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN s.curie AS source, t.curie AS target, r.key AS key, r.papers AS papers, coalesce(r.weight, 0) AS weight
