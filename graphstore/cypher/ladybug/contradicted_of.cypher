MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.disputed >= $least AND r.papers >= $min_papers AND r.negated >= $min_negated AND ($predicate = '' OR r.predicate = $predicate)
  AND ($type = '' OR b.type = $type)
RETURN r.key AS key, r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = $curie THEN b.curie ELSE $curie END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
ORDER BY r.disputed DESC, papers + negated DESC, key
LIMIT $limit
