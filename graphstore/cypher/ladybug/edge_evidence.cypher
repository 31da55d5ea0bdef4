// What counts for these edges.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
OPTIONAL MATCH (x)<-[:SHOWS]-(e:Evidence)
WITH x, e
WHERE NOT e.retracted
RETURN x.key AS key, e.document AS document, e.year AS year, e.polarity AS polarity, e.rank AS rank, e.sentence AS sentence
