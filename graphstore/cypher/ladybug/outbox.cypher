MATCH (o:Outbox)
RETURN o.value AS value
ORDER BY o.at
LIMIT $limit
