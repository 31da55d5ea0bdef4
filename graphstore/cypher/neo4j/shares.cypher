// What each paper adds to an edge's weight: its best positive evidence.
UNWIND $keys AS k
MATCH (e:Evidence {key: k})-[:FROM]->(a:Article)
WHERE e.polarity = 'positive' AND NOT e.retracted
RETURN k AS key, a.id AS document, a.title AS title, a.year AS year, max(e.probability) AS probability
ORDER BY key, probability DESC, document
LIMIT $limit
