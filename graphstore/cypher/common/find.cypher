MATCH (e:Entity)
WHERE e.search CONTAINS $text
RETURN e.curie AS curie, e.name AS name, e.type AS type, e.degree AS degree
ORDER BY CASE WHEN e.search = $text THEN 0 ELSE 1 END, degree DESC, curie
LIMIT $limit
