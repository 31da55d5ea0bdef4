// What each paper adds to an edge's weight: its best positive evidence.
MATCH (k:Edge)<-[e:STATES]-(a:Article)
WHERE k.key IN $keys AND e.polarity = 'positive' AND NOT e.retracted
RETURN k.key AS key, a.id AS document, a.title AS title, a.year AS year, max(e.probability) AS probability
ORDER BY key, probability DESC, document
LIMIT $limit
