// By their keys, which tell what the edges come to: see schema.cypher.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
RETURN x.key AS key, x.state AS state
