// An edge is taken away and made anew, which costs a third of setting all of its properties.
// Each from its end of fewer edges, for the other may be a hub.
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WHERE s.degree <= o.degree
RETURN r.key AS key, r.subject AS subject
;
MATCH (s:Entity {curie: $row_subject})-[x:RELATES]->(o:Entity)
WHERE x.key = $row_key
DELETE x
;
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
WHERE s.degree > o.degree
RETURN r.key AS key, r.object AS object
;
MATCH (o:Entity {curie: $row_object})<-[x:RELATES]-(s:Entity)
WHERE x.key = $row_key
DELETE x
;
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
CREATE (s)-[:RELATES {key: r.key, predicate: r.predicate, subject: r.subject, papers: r.papers, negated: r.negated, speculated: r.speculated, weight: r.weight, disputed: CASE WHEN r.disputed > 0 THEN r.disputed END, first_year: r.first_year, last_year: r.last_year, best: r.best, subject_label: r.subject_label, object_label: r.object_label}]->(o)
