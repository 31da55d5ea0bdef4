UNWIND $curies AS x
MATCH (e:Entity {curie: x})-[r:RELATES]-()
WHERE r.first_year > 0
RETURN x AS curie, min(r.first_year) AS first_year
