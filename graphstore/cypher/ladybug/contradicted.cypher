MATCH (s:Entity)-[r:RELATES]->(o:Entity)
WHERE r.disputed >= $least AND r.papers >= $min_papers AND r.negated >= $min_negated AND ($predicate = '' OR r.predicate = $predicate)
  AND ($type = '' OR s.type = $type OR o.type = $type)
WITH concat(s.curie, '|', r.predicate, '|', o.curie) AS key, s.curie AS subject, r.predicate AS predicate, o.curie AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.disputed AS disputed
ORDER BY disputed DESC, papers + negated DESC, key
LIMIT $limit
MATCH (k:Edge {key: key})
RETURN key, subject, predicate, object, papers, negated, speculated, weight, first_year, last_year, disputed, string_split(k.state, ';')[7] AS best
ORDER BY disputed DESC, papers + negated DESC, key
