UNWIND $ids AS x
MATCH (o:Outbox {id: x})
DELETE o
