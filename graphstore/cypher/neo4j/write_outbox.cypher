// What waits there already keeps its place.
UNWIND $rows AS r
MERGE (o:Outbox {id: r.id})
ON CREATE SET o.at = r.at, o.place = r.place, o.value = r.value, o.written = r.written
