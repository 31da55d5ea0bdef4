UNWIND $ids AS x
MATCH (o:Outbox {id: x})
RETURN o.id AS id
