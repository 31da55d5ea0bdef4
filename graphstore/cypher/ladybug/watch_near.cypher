// A list of keys is looked up in the index; an UNWIND of them, with edges to follow, scans the table.
MATCH (e:Entity)-[r:RELATES]-(o:Entity)
WHERE e.curie IN $curies
RETURN e.curie AS curie, o.curie AS other, r.predicate AS predicate, r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight
