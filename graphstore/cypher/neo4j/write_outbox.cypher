// Every writer of an edge holds its lock here, so the server's clock orders the changes of one edge.
UNWIND $rows AS r
CREATE (:Outbox {id: r.id, at: datetime.realtime().epochSeconds * 1000000 + datetime.realtime().microsecond, place: r.place, value: r.value})
