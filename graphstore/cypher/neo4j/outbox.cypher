// The condition lets the index give their order: however many wait, only these are looked at.
MATCH (o:Outbox)
WHERE o.at IS NOT NULL
RETURN o.value AS value, coalesce(o.written, 0) AS written
ORDER BY o.at, o.place, o.id
LIMIT $limit
