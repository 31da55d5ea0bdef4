// The edges of these entities: with whom, and what they count.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})-[r:RELATES]-(o:Entity)
RETURN x AS curie, o.curie AS other, r.predicate AS predicate, r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight
