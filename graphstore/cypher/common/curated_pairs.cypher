// Which pairs of one graph's concepts an edge of its joins. Both ends are looked up before their edges.
UNWIND $pairs AS p
MATCH (s:Concept {key: p.left})
WITH p, s
MATCH (o:Concept {key: p.right})
WITH p, s, o
MATCH (s)-[r:CURATED]-(o)
RETURN DISTINCT p.left AS left, p.right AS right
