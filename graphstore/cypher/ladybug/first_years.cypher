UNWIND $curies AS x
MATCH (e:Entity {curie: x})
OPTIONAL MATCH (e)-[r:RELATES]-(b:Entity)
WITH e, r
WHERE r.first_year > 0
RETURN e.curie AS curie, min(r.first_year) AS first_year
