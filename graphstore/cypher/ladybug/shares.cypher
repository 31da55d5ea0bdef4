// What each paper adds to an edge's weight: its best positive evidence.
UNWIND $keys AS named
MATCH (k:Edge {key: named})
OPTIONAL MATCH (k)<-[:SHOWS]-(e:Evidence)
WITH k, e
WHERE e.polarity = 'positive' AND NOT e.retracted
WITH k.key AS key, e.document AS document, max(e.probability) AS probability
MATCH (a:Article {id: document})
RETURN key, document, a.title AS title, a.year AS year, probability
ORDER BY key, probability DESC, document
LIMIT $limit
