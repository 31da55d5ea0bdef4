// The best sentence that states each of these edges; a rank ends with its evidence's id.
UNWIND $keys AS k
MATCH (:Entity)-[r:RELATES {key: k}]->(:Entity)
USING INDEX SEEK r:RELATES(key)
WITH k, split(r.best, '|')[-1] AS id
MATCH (e:Evidence {id: id})-[:FROM]->(a:Article)
RETURN k AS key, a.id AS document, e.sentence AS sentence
