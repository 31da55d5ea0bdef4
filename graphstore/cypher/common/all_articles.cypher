MATCH (a:Article)
WHERE a.state <> 'unseen'
RETURN a.id AS id, a.epoch AS epoch, a.offset AS offset, a.generation AS generation, a.state AS state, a.title AS title, a.journal AS journal, a.year AS year, a.retracted AS retracted
