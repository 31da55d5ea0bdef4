UNWIND $ids AS x
MATCH (a:Article {id: x})<-[:FROM]-(e:Evidence)
MATCH (s:Entity)-[r:RELATES {key: e.key}]->(o:Entity)
RETURN a.id AS document, e.id AS id, e.key AS key, e.polarity AS polarity, s.curie AS subject, r.predicate AS predicate, o.curie AS object
