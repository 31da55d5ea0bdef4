MATCH (e:Entity)-[r:RELATES]-(b:Entity)
WHERE e.curie IN $curies AND r.first_year > 0
RETURN e.curie AS curie, min(r.first_year) AS first_year
