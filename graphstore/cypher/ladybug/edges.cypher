// Each from its end of fewer edges, for the other may be a hub.
UNWIND $pairs AS p
MATCH (s:Entity {curie: p.source})
WITH p, s
MATCH (t:Entity {curie: p.target})
RETURN p.source AS source, p.target AS target, CASE WHEN s.degree <= t.degree THEN p.source ELSE p.target END AS near, CASE WHEN s.degree <= t.degree THEN p.target ELSE p.source END AS far
;
MATCH (n:Entity {curie: $row_near})-[r:RELATES]-(f:Entity {curie: $row_far})
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN $row_source AS source, $row_target AS target, r.key AS key, r.subject AS subject, r.predicate AS predicate,
  CASE WHEN r.subject = $row_source THEN $row_target ELSE $row_source END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
