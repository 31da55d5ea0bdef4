// The edges between two entities, in either direction.
MATCH (a:Entity {curie: $a})-[r:RELATES]-(c:Entity {curie: $c})
WHERE $predicate = '' OR r.predicate = $predicate
RETURN r.key AS key, r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = $a THEN $c ELSE $a END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
ORDER BY papers DESC, key
LIMIT $limit
