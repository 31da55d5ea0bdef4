// The best denial of each edge. Lists of keys are looked up in the index; rows in an UNWIND would scan the table.
MATCH (k:Edge)<-[e:STATES]-(a:Article)
WHERE k.key IN $keys AND e.polarity = 'negated' AND NOT e.retracted
RETURN k.key AS key, max(e.rank) AS rank
