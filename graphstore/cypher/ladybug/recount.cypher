// The evidence itself, which is given sooner than counted here; see `graphstore/counting.py`.
// Behind OPTIONAL MATCH the engine follows relationships from the keys of a list; a MATCH of the whole pattern scans the table.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
OPTIONAL MATCH (x)<-[:SHOWS]-(e:Evidence)
WITH x, e
WHERE e.id IS NOT NULL
RETURN x.key AS key, e.document AS document, e.polarity AS polarity, e.probability AS probability, e.retracted AS retracted, e.year AS year, e.rank AS rank, e.subject_label AS subject_label, e.object_label AS object_label
