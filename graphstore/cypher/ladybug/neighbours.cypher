MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND ($type = '' OR b.type = $type) AND ($polarity = '' OR CASE $polarity WHEN 'negated' THEN r.negated WHEN 'speculated' THEN r.speculated ELSE r.papers END > 0)
RETURN b.curie AS curie, b.name AS name, b.type AS type, b.degree AS degree,
  r.key AS key, r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = $curie THEN b.curie ELSE $curie END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
ORDER BY CASE $polarity WHEN 'negated' THEN negated WHEN 'speculated' THEN speculated ELSE papers END DESC, papers DESC, curie, predicate
LIMIT $limit
