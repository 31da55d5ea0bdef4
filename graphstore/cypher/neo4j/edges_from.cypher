// No index leads from an edge's subject to it but the entity's own; the WITH makes it the start.
UNWIND $curies AS x
MATCH (s:Entity {curie: x})
WITH s
MATCH (s)-[r:RELATES]->(o)
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN s.curie AS source, o.curie AS target, o.type AS type, r.key AS key, r.papers AS papers, coalesce(r.weight, 0) AS weight
