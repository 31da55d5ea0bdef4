// The edges of these entities that at least so many papers state, in whatever way, and when the other end was last written.
// The caller leaves hubs out; '' among the types is any.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})-[r:RELATES]-(o:Entity)
WHERE r.papers + r.negated + r.speculated >= $least AND ('' IN $types OR o.type IN $types)
RETURN x AS curie, o.curie AS other, o.type AS type, coalesce(o.clock, 0) AS clock, o.degree AS degree, r.predicate AS predicate, r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight
