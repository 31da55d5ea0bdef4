// What stands one step below any of these concepts, in whatever graph.
UNWIND $keys AS k
MATCH (c:Concept {key: k})<-[:IS_A]-(x:Concept)
RETURN DISTINCT x.curie AS curie
ORDER BY curie
LIMIT $limit
