// Lists of keys are looked up in the index; pairs in an UNWIND would scan the table. More pairs come back than were asked for.
MATCH (s:Entity)-[r:RELATES]-(t:Entity)
WHERE s.curie IN $left AND t.curie IN $right AND r.papers >= $min_papers
RETURN s.curie AS source, t.curie AS target, r.key AS key, r.subject AS subject, r.predicate AS predicate,
  CASE WHEN r.subject = s.curie THEN t.curie ELSE s.curie END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
