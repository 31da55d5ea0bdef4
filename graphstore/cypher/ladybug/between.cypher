// Without a WITH between the two: with one, the engine fails on larger graphs ("Cannot evaluate expression with type VARIABLE").
UNWIND $left AS x
MATCH (s:Entity {curie: x})-[r:RELATES]-(t:Entity)
WHERE t.curie IN $right AND r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN s.curie AS source, t.curie AS target, r.key AS key, r.papers AS papers, r.weight AS weight
