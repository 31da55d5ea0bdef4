// The edges of these entities that at least so many papers state, in whatever way. The caller leaves hubs out.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})-[r:RELATES]-(o:Entity)
WHERE r.papers + r.negated + r.speculated >= $least
RETURN x AS curie, o.curie AS other, o.type AS type, r.predicate AS predicate, r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight
