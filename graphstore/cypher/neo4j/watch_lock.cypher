// Named ends far from what this batch moved: whoever is changing their edges commits first.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})
SET e.locked = true
