// What counts for these edges.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
OPTIONAL MATCH (x)<-[e:STATES]-(a:Article)
WITH x, e, a
WHERE NOT e.retracted
RETURN x.key AS key, a.id AS document, e.year AS year, e.polarity AS polarity, e.rank AS rank, e.sentence AS sentence
