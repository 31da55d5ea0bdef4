MATCH (o:Outbox)
RETURN count(o.id) AS outbox
