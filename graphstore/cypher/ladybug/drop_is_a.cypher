MATCH (s:Concept)-[r:IS_A]->(o:Concept)
WHERE r.graph = $graph AND r.place > $after AND r.place <= $upto
DELETE r
