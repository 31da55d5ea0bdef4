// One entity after the other: a list of them scans the table. The caller leaves hubs out; '' among the types is any.
UNWIND $curies AS x
RETURN x AS curie
;
MATCH (e:Entity {curie: $row_curie})-[r:RELATES]-(o:Entity)
WHERE r.papers + r.negated + r.speculated >= $least AND ('' IN $types OR o.type IN $types)
RETURN $row_curie AS curie, o.curie AS other, o.type AS type, r.predicate AS predicate, r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight
