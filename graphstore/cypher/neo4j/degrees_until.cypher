// Edges that a paper of these years stated, in whatever way.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})
RETURN x AS curie, COUNT { (e)-[r:RELATES]-() WHERE r.first_year > 0 AND r.first_year <= $until } AS degree
