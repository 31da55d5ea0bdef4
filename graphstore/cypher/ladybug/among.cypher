// The ends of an edge stand in its key's order, so that each comes once. Interactions first, then joint treatments, then the rest.
MATCH (s:Entity)-[r:RELATES]->(t:Entity)
WHERE s.curie IN $curies AND t.curie IN $curies AND r.papers + r.negated + r.speculated > 0 AND r.papers >= $min_papers
WITH concat(s.curie, '|', r.predicate, '|', t.curie) AS key, s.curie AS subject, r.predicate AS predicate, t.curie AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight, r.first_year AS first_year, r.last_year AS last_year
ORDER BY CASE predicate WHEN 'Drug_Interaction' THEN 0 WHEN 'Cotreatment' THEN 1 ELSE 2 END, papers DESC, negated + speculated DESC, key
LIMIT $limit
MATCH (k:Edge {key: key})
RETURN key, subject, predicate, object, papers, negated, speculated, weight, first_year, last_year, string_split(k.state, ';')[7] AS best
ORDER BY CASE predicate WHEN 'Drug_Interaction' THEN 0 WHEN 'Cotreatment' THEN 1 ELSE 2 END, papers DESC, negated + speculated DESC, key
