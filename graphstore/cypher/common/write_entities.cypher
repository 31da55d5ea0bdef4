UNWIND $rows AS r
MATCH (e:Entity {curie: r.curie})
SET e.label = r.label, e.type = r.type, e.name = r.name, e.search = r.search, e.degree = r.degree
