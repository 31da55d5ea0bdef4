UNWIND $pairs AS p
MATCH (s:Entity {curie: p.source})
WITH p, s
MATCH (s)-[r:RELATES]-(t:Entity {curie: p.target})
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN p.source AS source, p.target AS target, r.key AS key, r.subject AS subject, r.predicate AS predicate,
  CASE WHEN r.subject = p.source THEN p.target ELSE p.source END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
