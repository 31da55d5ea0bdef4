UNWIND $ids AS x
MATCH (e:Evidence {id: x})
WITH e, e.document AS document, e.key AS stated
MATCH (k:Edge {key: stated})
WITH e, document, k
MATCH (a:Article {id: document})
RETURN e.id AS id, k.key AS key, a.id AS document, a.title AS title, e.year AS year, e.sentence AS sentence, e.sentence_start AS sentence_start, e.sentence_end AS sentence_end, e.subject_start AS subject_start, e.subject_end AS subject_end, e.object_start AS object_start, e.object_end AS object_end, k.predicate AS predicate, e.polarity AS polarity, e.negated AS negated, e.speculated AS speculated, e.probability AS probability, e.model AS model, e.vocabulary AS vocabulary, e.cues AS cues, e.section AS section, e.novel AS novel, e.retracted AS retracted, a.own_retracted AS own_retracted
