MATCH (s:Concept)-[r:IS_A]->(o:Concept)
USING INDEX r:IS_A(graph, place)
WHERE r.graph = $graph AND r.place > $after AND r.place <= $upto
DELETE r
