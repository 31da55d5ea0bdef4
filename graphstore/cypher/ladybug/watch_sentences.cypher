// The best sentence that states each of these edges.
UNWIND $keys AS k
RETURN k AS key
;
MATCH (k:Edge {key: $row_key})<-[:SHOWS]-(e:Evidence)
WHERE e.polarity = 'positive' AND NOT e.retracted
RETURN k.key AS key, e.document AS document, e.sentence AS sentence, e.rank AS rank
ORDER BY rank DESC
LIMIT $limit
