// What counts for these edges.
UNWIND $keys AS k
MATCH (e:Evidence {key: k})
WHERE NOT e.retracted
RETURN k AS key, e.document AS document, e.year AS year, e.polarity AS polarity, e.rank AS rank, e.sentence AS sentence
