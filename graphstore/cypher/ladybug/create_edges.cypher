// The edge's key tells the counts too: see schema.cypher.
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
CREATE (s)-[:RELATES {key: r.key, predicate: r.predicate, subject: r.subject, papers: r.papers, negated: r.negated, speculated: r.speculated, weight: r.weight, disputed: CASE WHEN r.disputed > 0 THEN r.disputed END, first_year: r.first_year, last_year: r.last_year, best: r.best, subject_label: r.subject_label, object_label: r.object_label}]->(o)
;
UNWIND $rows AS r
MATCH (k:Edge {key: r.key})
SET k.state = concat(CAST(r.papers AS STRING), ';', CAST(r.negated AS STRING), ';', CAST(r.speculated AS STRING), ';', CAST(r.weight AS STRING), ';', CAST(r.first_year AS STRING), ';', CAST(r.last_year AS STRING), ';', r.best)
