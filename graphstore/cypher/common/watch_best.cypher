// Whom an entity has the best stated edges with, whatever they state.
MATCH (e:Entity {curie: $curie})-[r:RELATES]-(o:Entity)
WITH o.curie AS other, max(r.papers + r.negated + r.speculated) AS papers
RETURN other, papers
ORDER BY papers DESC, other
LIMIT $limit
