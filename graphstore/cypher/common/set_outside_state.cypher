UNWIND $ids AS x
MATCH (g:Outside {id: x})
SET g.state = $state
