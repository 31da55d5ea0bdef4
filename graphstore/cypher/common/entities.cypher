UNWIND $curies AS x
MATCH (e:Entity {curie: x})
RETURN e.curie AS curie, e.name AS name, e.type AS type, e.degree AS degree
