MATCH (o:Outbox)
RETURN o.value AS value
ORDER BY o.at, o.place, o.id
LIMIT $limit
