MATCH (s:Entity)-[r:RELATES]->(o:Entity)
RETURN r.key AS key, s.curie AS subject, r.predicate AS predicate, o.curie AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, coalesce(r.weight, 0) AS weight, r.first_year AS first_year, r.last_year AS last_year, r.best AS best
