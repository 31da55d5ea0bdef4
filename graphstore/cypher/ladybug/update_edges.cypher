// An edge is taken away and made anew, which costs a third of setting all of its properties. Between two given nodes it is found
// without reading its neighbours' properties.
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WITH r, s, o
OPTIONAL MATCH (s)-[x:RELATES]->(o)
WITH r, x
WHERE x.predicate = r.predicate
DELETE x
;
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
CREATE (s)-[:RELATES {predicate: r.predicate, subject: r.subject, papers: r.papers, negated: r.negated, speculated: r.speculated, weight: r.weight, disputed: CASE WHEN r.disputed > 0 THEN r.disputed END, first_year: r.first_year, last_year: r.last_year, subject_label: r.subject_label, object_label: r.object_label}]->(o)
;
UNWIND $rows AS r
MATCH (k:Edge {key: r.key})
SET k.state = r.state
