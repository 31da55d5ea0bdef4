// Every edge here exists; a MERGE finds it sooner than a MATCH, which walks a hub.
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
MERGE (s)-[x:RELATES {key: r.key}]->(o)
ON MATCH SET x.papers = r.papers, x.negated = r.negated, x.speculated = r.speculated, x.first_year = r.first_year, x.last_year = r.last_year, x.best = r.best, x.subject_label = r.subject_label, x.object_label = r.object_label
