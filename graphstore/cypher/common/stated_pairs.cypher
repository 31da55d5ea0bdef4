// Which pairs the literature relates, by the most papers of any edge between the two. Both ends are looked up before their edges.
UNWIND $pairs AS p
MATCH (s:Entity {curie: p.left})
WITH p, s
MATCH (o:Entity {curie: p.right})
WITH p, s, o
MATCH (s)-[r:RELATES]-(o)
RETURN p.left AS left, p.right AS right, max(r.papers) AS papers
