// The best denial of each edge.
UNWIND $keys AS named
MATCH (k:Edge {key: named})
OPTIONAL MATCH (k)<-[:SHOWS]-(e:Evidence)
WITH k, e
WHERE e.polarity = 'negated' AND NOT e.retracted
RETURN k.key AS key, max(e.rank) AS rank
