// Their degrees follow from the stored ones and from the edges that come and go: there is one writer.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})
RETURN e.curie AS curie, e.label AS label, e.degree AS stored_degree
