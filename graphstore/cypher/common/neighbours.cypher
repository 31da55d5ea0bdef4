MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.papers >= $min_papers AND ($type = '' OR b.type = $type) AND ($predicate = '' OR r.predicate = $predicate)
RETURN b.curie AS curie, b.name AS name, b.type AS type, b.degree AS degree,
  r.key AS key, r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = $curie THEN b.curie ELSE $curie END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
ORDER BY papers DESC, curie, predicate
LIMIT $limit
