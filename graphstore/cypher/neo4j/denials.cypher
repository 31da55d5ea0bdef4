// The best denial of each edge.
UNWIND $keys AS k
MATCH (e:Evidence {key: k})
WHERE e.polarity = 'negated' AND NOT e.retracted
RETURN k AS key, max(e.rank) AS rank
