UNWIND $rows AS r
MATCH (s:Entity)-[x:RELATES {key: r.key}]->(o:Entity)
USING INDEX SEEK x:RELATES(key)
SET x.papers = r.papers, x.negated = r.negated, x.speculated = r.speculated, x.weight = r.weight, x.disputed = CASE WHEN r.disputed > 0 THEN r.disputed END, x.first_year = r.first_year, x.last_year = r.last_year, x.best = r.best, x.subject_label = r.subject_label, x.object_label = r.object_label
