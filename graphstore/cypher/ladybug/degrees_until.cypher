// Edges that a paper of these years stated, in whatever way.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})
OPTIONAL MATCH (e)-[r:RELATES]-(b:Entity)
WITH e, r
WHERE r.first_year > 0 AND r.first_year <= $until
RETURN e.curie AS curie, count(*) AS degree
