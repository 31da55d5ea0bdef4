MATCH (e:Entity)
RETURN count(e.curie) AS entities
