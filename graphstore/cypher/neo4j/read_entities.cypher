UNWIND $curies AS x
MATCH (e:Entity {curie: x})
RETURN e.curie AS curie, e.label AS label, e.degree AS stored_degree, COUNT { (e)-[:RELATES]-() } AS degree
