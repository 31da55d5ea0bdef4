// The next live articles that are not retracted, in order of their ids; the entries of retraction lists are none.
MATCH (a:Article)
WHERE a.id > $after AND a.state = 'live' AND NOT a.retracted AND NOT a.id STARTS WITH 'retraction:'
RETURN a.id AS id, a.title AS title, a.journal AS journal, a.year AS year, a.generation AS generation
ORDER BY id
LIMIT $limit
