MATCH (s:Entity)-[r:RELATES]->(o:Entity)
RETURN count(CASE WHEN r.papers > 0 THEN 1 END) AS edges
