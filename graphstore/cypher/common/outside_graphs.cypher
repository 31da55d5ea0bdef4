MATCH (g:Outside)
RETURN g.id AS id, g.source AS source, g.generation AS generation, g.state AS state, g.fingerprint AS fingerprint, g.nodes AS nodes, g.edges AS edges, g.skipped AS skipped
