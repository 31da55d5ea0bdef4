// The WITH makes the key an argument; without it every edge of the graph is scanned for a hash join.
UNWIND $ids AS x
MATCH (e:Evidence {id: x})-[:FROM]->(a:Article)
WITH a, e, e.key AS k
MATCH ()-[r:RELATES {key: k}]->()
USING INDEX SEEK r:RELATES(key)
RETURN e.id AS id, e.key AS key, a.id AS document, a.title AS title, e.year AS year, e.sentence AS sentence, e.sentence_start AS sentence_start, e.sentence_end AS sentence_end, e.subject_start AS subject_start, e.subject_end AS subject_end, e.object_start AS object_start, e.object_end AS object_end, r.predicate AS predicate, e.polarity AS polarity, e.negated AS negated, e.speculated AS speculated, e.probability AS probability, e.model AS model, e.vocabulary AS vocabulary, coalesce(e.cues, '') AS cues, coalesce(e.section, '') AS section, coalesce(e.novel, -1.0) AS novel, e.retracted AS retracted, a.own_retracted AS own_retracted
