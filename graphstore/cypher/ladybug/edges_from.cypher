MATCH (s:Entity)-[r:RELATES]->(o:Entity)
WHERE s.curie IN $curies AND r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN s.curie AS source, o.curie AS target, o.type AS type, concat(s.curie, '|', r.predicate, '|', o.curie) AS key, r.papers AS papers, r.weight AS weight
