UNWIND $keys AS x
MATCH (e:Evidence {key: x})-[:FROM]->(a:Article)
WHERE $polarity = '' OR e.polarity = $polarity
MATCH (:Entity)-[r:RELATES {key: x}]->(:Entity)
USING INDEX SEEK r:RELATES(key)
RETURN e.id AS id, e.key AS key, a.id AS document, a.title AS title, e.year AS year, e.sentence AS sentence, e.sentence_start AS sentence_start, e.sentence_end AS sentence_end, e.subject_start AS subject_start, e.subject_end AS subject_end, e.object_start AS object_start, e.object_end AS object_end, r.predicate AS predicate, e.polarity AS polarity, e.negated AS negated, e.speculated AS speculated, e.probability AS probability, e.model AS model, e.vocabulary AS vocabulary, coalesce(e.cues, '') AS cues, coalesce(e.section, '') AS section, coalesce(e.novel, -1.0) AS novel, e.retracted AS retracted, a.own_retracted AS own_retracted
ORDER BY retracted, e.rank DESC
LIMIT $limit
