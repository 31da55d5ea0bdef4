// The evidence itself, which is given sooner than counted here; see `graphstore/counting.py`.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
RETURN x.key AS key
;
MATCH (x:Edge {key: $row_key})<-[e:STATES]-(a:Article)
RETURN x.key AS key, a.id AS document, e.polarity AS polarity, e.probability AS probability, e.retracted AS retracted, e.year AS year, e.rank AS rank, e.subject_label AS subject_label, e.object_label AS object_label
