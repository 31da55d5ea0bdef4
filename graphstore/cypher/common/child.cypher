// What stands one step below one concept: in LadybugDB the index leads there, where for a list of keys it scans all edges.
MATCH (c:Concept {key: $key})<-[:IS_A]-(x:Concept)
RETURN DISTINCT x.curie AS curie
ORDER BY curie
LIMIT $limit
