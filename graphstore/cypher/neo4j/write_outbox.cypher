// Every writer of an edge holds its lock here, so the server's clock orders the changes of one edge.
UNWIND $rows AS r
MERGE (o:Outbox {id: r.id})
ON CREATE SET o.at = datetime.realtime().epochSeconds * 1000000 + datetime.realtime().microsecond, o.place = r.place, o.value = r.value
