MATCH (s:Concept)-[r:CURATED]->(o:Concept)
WHERE r.graph = $graph AND r.place > $after AND r.place <= $upto
DELETE r
