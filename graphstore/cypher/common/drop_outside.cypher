UNWIND $ids AS x
MATCH (g:Outside {id: x})
DELETE g
