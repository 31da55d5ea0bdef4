MATCH (s:Concept)-[r:CURATED]->(o:Concept)
USING INDEX r:CURATED(graph, place)
WHERE r.graph = $graph AND r.place > $after AND r.place <= $upto
DELETE r
