// Edges that a paper of these years stated, in whatever way.
MATCH (e:Entity)-[r:RELATES]-(b:Entity)
WHERE e.curie IN $curies AND r.first_year > 0 AND r.first_year <= $until
RETURN e.curie AS curie, count(r.key) AS degree
