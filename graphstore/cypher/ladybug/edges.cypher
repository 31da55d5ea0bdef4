// By the keys that edges between the two of a pair can have: an edge between hubs is found as soon as any other.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
WITH x.key AS key, x.subject AS subject, x.predicate AS predicate, x.object AS object, string_split(x.state, ';') AS told
WITH key, subject, predicate, object, CAST(told[1] AS INT64) AS papers, CAST(told[2] AS INT64) AS negated, CAST(told[3] AS INT64) AS speculated,
  CAST(told[4] AS INT64) AS weight, CAST(told[5] AS INT64) AS first_year, CAST(told[6] AS INT64) AS last_year, told[7] AS best
WHERE papers >= $min_papers AND ($plain OR (weight >= $min_weight
  AND first_year >= $first_from AND first_year <= $first_to AND last_year >= $last_from AND last_year <= $last_to))
MATCH (s:Entity {curie: subject})
WITH key, subject, predicate, object, papers, negated, speculated, weight, first_year, last_year, best, s.name AS subject_name, s.type AS subject_type, s.degree AS subject_degree
MATCH (o:Entity {curie: object})
RETURN key, subject, subject_name, subject_type, subject_degree, predicate, object, o.name AS object_name, o.type AS object_type, o.degree AS object_degree,
  papers, negated, speculated, weight, first_year, last_year, best
