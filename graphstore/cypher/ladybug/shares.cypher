// What each paper adds to an edge's weight: its best positive evidence.
UNWIND $keys AS named
MATCH (k:Edge {key: named})
OPTIONAL MATCH (k)<-[e:STATES]-(a:Article)
WITH k, e, a
WHERE e.polarity = 'positive' AND NOT e.retracted
RETURN k.key AS key, a.id AS document, a.title AS title, a.year AS year, max(e.probability) AS probability
ORDER BY key, probability DESC, document
LIMIT $limit
