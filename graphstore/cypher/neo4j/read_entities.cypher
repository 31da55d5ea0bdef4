UNWIND $curies AS x
MATCH (e:Entity {curie: x})
RETURN e.curie AS curie, e.label AS label, e.degree AS stored_degree, e.locked AS locked, e.clock AS clock, coalesce(e.clock_before, 0) AS before, COUNT { (e)-[:RELATES]-() } AS degree
