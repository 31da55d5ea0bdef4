// The next edges in order of their keys.
MATCH (s:Entity)-[r:RELATES]->(o:Entity)
WITH s, r, o, concat(s.curie, '|', r.predicate, '|', o.curie) AS key
WHERE key > $after AND r.papers >= $min_papers AND r.weight >= $min_weight AND r.papers + r.negated + r.speculated > 0
  AND ($predicate = '' OR r.predicate = $predicate)
  AND ($type = '' OR s.type = $type OR o.type = $type)
  AND ($linked = false OR NOT (s.curie STARTS WITH 'local:' OR o.curie STARTS WITH 'local:'))
RETURN key, s.curie AS subject, s.name AS subject_name, r.predicate AS predicate, o.curie AS object, o.name AS object_name,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.first_year AS first_year, r.last_year AS last_year, r.weight AS weight
ORDER BY key
LIMIT $limit
