UNWIND $curies AS x
MATCH (e:Entity {curie: x})
OPTIONAL MATCH (e)-[r:RELATES]-(b:Entity)
RETURN e.curie AS curie, e.label AS label, e.degree AS stored_degree, count(b) AS degree
