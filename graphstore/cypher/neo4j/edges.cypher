// By the keys that edges between the two of a pair can have: an edge between hubs is found as soon as any other.
UNWIND $keys AS k
MATCH (s:Entity)-[r:RELATES {key: k}]->(o:Entity)
USING INDEX SEEK r:RELATES(key)
WHERE r.papers >= $min_papers AND ($plain OR (coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN r.key AS key, s.curie AS subject, s.name AS subject_name, s.type AS subject_type, s.degree AS subject_degree,
  r.predicate AS predicate, o.curie AS object, o.name AS object_name, o.type AS object_type, o.degree AS object_degree,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
