// One pass over all edges: no index orders them by their years.
MATCH (s:Entity)-[r:RELATES]->(o:Entity)
WHERE r.last_year > $since AND r.first_year > 0 AND r.first_year <= $until AND ($predicate = '' OR r.predicate = $predicate)
RETURN concat(s.curie, '|', r.predicate, '|', o.curie) AS key, s.curie AS subject, s.name AS subject_name, s.type AS subject_type, s.degree AS subject_degree,
  r.predicate AS predicate, o.curie AS object, o.name AS object_name, o.type AS object_type, o.degree AS object_degree
ORDER BY r.papers + r.negated + r.speculated DESC, key
LIMIT $limit
