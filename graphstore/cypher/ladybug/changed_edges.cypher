// The entity's edges with a paper of these years, and its own end told apart from the other.
MATCH (a:Entity)-[r:RELATES]-(b:Entity)
WHERE a.curie IN $curies AND r.last_year > $since AND r.first_year > 0 AND r.first_year <= $until AND ($predicate = '' OR r.predicate = $predicate)
RETURN CASE WHEN r.subject = a.curie THEN concat(a.curie, '|', r.predicate, '|', b.curie) ELSE concat(b.curie, '|', r.predicate, '|', a.curie) END AS key, r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = a.curie THEN b.curie ELSE a.curie END AS object,
  CASE WHEN r.subject = a.curie THEN a.name ELSE b.name END AS subject_name, CASE WHEN r.subject = a.curie THEN b.name ELSE a.name END AS object_name,
  CASE WHEN r.subject = a.curie THEN a.type ELSE b.type END AS subject_type, CASE WHEN r.subject = a.curie THEN b.type ELSE a.type END AS object_type,
  CASE WHEN r.subject = a.curie THEN a.degree ELSE b.degree END AS subject_degree, CASE WHEN r.subject = a.curie THEN b.degree ELSE a.degree END AS object_degree
ORDER BY r.papers + r.negated + r.speculated DESC, key
LIMIT $limit
