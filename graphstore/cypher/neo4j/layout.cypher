// What the graph was last brought up to date for; one node.
MATCH (l:Layout)
RETURN max(l.version) AS version
