UNWIND $rows AS r
MATCH (e:Evidence {id: r.id})
DETACH DELETE e
