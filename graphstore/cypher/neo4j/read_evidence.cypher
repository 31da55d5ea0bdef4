// The WITH makes the key an argument; without it every edge of the graph is scanned for a hash join.
UNWIND $ids AS x
MATCH (a:Article {id: x})<-[:FROM]-(e:Evidence)
WITH a, e, e.key AS k
MATCH (s:Entity)-[r:RELATES {key: k}]->(o:Entity)
USING INDEX SEEK r:RELATES(key)
RETURN a.id AS document, e.id AS id, e.key AS key, e.polarity AS polarity, s.curie AS subject, r.predicate AS predicate, o.curie AS object
