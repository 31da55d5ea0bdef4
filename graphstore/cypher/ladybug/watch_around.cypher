// A list of keys is looked up in the index; an UNWIND of them, with edges to follow, scans the table. The caller leaves hubs out.
MATCH (e:Entity)-[r:RELATES]-(o:Entity)
WHERE e.curie IN $curies AND r.papers + r.negated + r.speculated >= $least
RETURN e.curie AS curie, o.curie AS other, o.type AS type, r.predicate AS predicate, r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight
