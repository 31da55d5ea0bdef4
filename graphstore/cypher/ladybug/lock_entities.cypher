UNWIND $curies AS x
MERGE (e:Entity {curie: x})
ON CREATE SET e.label = '', e.type = '', e.name = '', e.search = '', e.degree = 0
