UNWIND $rows AS r
MATCH (e:Entity {curie: r.curie})
SET e.degree = r.degree
