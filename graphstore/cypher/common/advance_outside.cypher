// The first SET takes the lock: of two imports that believe themselves at the same place only one goes on.
MATCH (g:Outside {id: $id})
SET g.state = g.state
WITH g
WHERE g.state = 'loading' AND g.nodes = $nodes AND g.edges = $edges
// Added to what is stored: LadybugDB gives a parameter the smallest type that holds it, and the sum of two of them overflows.
SET g.nodes = g.nodes + $more_nodes, g.edges = g.edges + $more_edges, g.skipped = g.skipped + $more_skipped
RETURN g.id AS id
