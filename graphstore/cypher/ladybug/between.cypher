// Without a WITH between the two: with one, the engine fails on larger graphs ("Cannot evaluate expression with type VARIABLE").
UNWIND $left AS x
MATCH (s:Entity {curie: x})-[r:RELATES]-(t:Entity)
WHERE t.curie IN $right AND r.papers >= $min_papers
RETURN s.curie AS source, t.curie AS target, max(r.papers) AS papers
