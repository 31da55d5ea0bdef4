MATCH (a:Article)
WHERE a.retracted = true AND a.state = 'live'
RETURN a.id AS id, a.state AS state, a.title AS title, a.journal AS journal, a.year AS year, a.own_retracted AS own_retracted, a.retracted AS retracted
ORDER BY year DESC, id
LIMIT $limit
