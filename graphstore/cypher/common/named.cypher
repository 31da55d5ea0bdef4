// Whole names, in one look: as many answers as there are entities of these names.
MATCH (e:Entity)
WHERE e.search IN $names
RETURN e.search AS search, e.curie AS curie, e.name AS name, e.type AS type, e.degree AS degree
