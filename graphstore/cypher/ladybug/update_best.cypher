// Only the edge's key tells it.
UNWIND $rows AS r
MATCH (k:Edge {key: r.key})
SET k.state = r.state
