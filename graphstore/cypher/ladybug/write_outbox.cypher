// One writer: the table's own counter orders the changes.
UNWIND $rows AS r
MERGE (o:Outbox {id: r.id})
ON CREATE SET o.place = r.place, o.value = r.value
