// What tells an edge apart stands at its key too; see schema.cypher.
UNWIND $rows AS r
MATCH (s:Entity {curie: r.subject})
WITH r, s
MATCH (o:Entity {curie: r.object})
CREATE (s)-[:RELATES {predicate: r.predicate, subject: r.subject, papers: r.papers, negated: r.negated, speculated: r.speculated, weight: r.weight, disputed: CASE WHEN r.disputed > 0 THEN r.disputed END, first_year: r.first_year, last_year: r.last_year, subject_label: r.subject_label, object_label: r.object_label}]->(o)
