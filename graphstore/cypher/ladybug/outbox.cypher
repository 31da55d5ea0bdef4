MATCH (o:Outbox)
RETURN o.value AS value, coalesce(o.written, 0) AS written
ORDER BY o.at
LIMIT $limit
