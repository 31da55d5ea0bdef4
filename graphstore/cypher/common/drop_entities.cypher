UNWIND $curies AS x
MATCH (e:Entity {curie: x})
DETACH DELETE e
