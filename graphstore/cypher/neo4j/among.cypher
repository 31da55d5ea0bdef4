// Each end is found by its index and its edges looked through, membership by list; the WITH makes the left side the start.
// The ends of an edge stand in its key's order, so that each comes once. Interactions first, then joint treatments, then the rest.
UNWIND $curies AS x
MATCH (s:Entity {curie: x})
WITH s
MATCH (s)-[r:RELATES]->(t)
WHERE t.curie IN $curies AND r.papers + r.negated + r.speculated > 0 AND r.papers >= $min_papers
RETURN r.key AS key, r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = s.curie THEN t.curie ELSE s.curie END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
ORDER BY CASE predicate WHEN 'Drug_Interaction' THEN 0 WHEN 'Cotreatment' THEN 1 ELSE 2 END, papers DESC, negated + speculated DESC, key
LIMIT $limit
