MATCH (c:Concept)
WHERE c.key > $after AND c.key < $before
WITH c
LIMIT $limit
DETACH DELETE c
RETURN count(*) AS gone
