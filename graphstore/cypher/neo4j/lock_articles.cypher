// The SET takes the write lock, also where the article exists. With them comes all that they link to, and what retracts them.
UNWIND $ids AS x
MERGE (a:Article {id: x})
ON CREATE SET a.epoch = -1, a.offset = -1, a.generation = -1, a.state = 'unseen', a.title = '', a.journal = '', a.year = 0, a.own_retracted = false, a.retracted = false
SET a.locked = true
RETURN a.id AS id, a.epoch AS epoch, a.offset AS offset, a.generation AS generation, a.state AS state, a.title AS title, a.journal AS journal, a.year AS year, a.own_retracted AS own_retracted, a.retracted AS retracted,
  [(a)-[:RETRACTS]->(t:Article) | {source: a.id, kind: 'retracts', target: t.id}]
  + [(a)<-[:RETRACTS]-(n:Article) | {source: n.id, kind: 'retracts', target: a.id}]
  + [(a)-[l:BEARS_ON]->(t:Article) | {source: a.id, kind: l.kind, target: t.id}] AS links
