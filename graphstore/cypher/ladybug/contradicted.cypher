MATCH (s:Entity)-[r:RELATES]->(o:Entity)
WHERE r.disputed >= $least AND r.papers >= $min_papers AND r.negated >= $min_negated AND ($predicate = '' OR r.predicate = $predicate)
  AND ($type = '' OR s.type = $type OR o.type = $type)
RETURN r.key AS key, s.curie AS subject, r.predicate AS predicate, o.curie AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
ORDER BY r.disputed DESC, papers + negated DESC, key
LIMIT $limit
