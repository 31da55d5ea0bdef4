UNWIND $rows AS r
MATCH (a:Article {id: r.document})
WITH r, a
MATCH (k:Edge {key: r.key})
CREATE (a)<-[:SAID_IN]-(:Evidence {document: r.document, key: r.key, id: r.id, polarity: r.polarity, rank: r.rank, subject_label: r.subject_label, object_label: r.object_label, sentence: r.sentence, sentence_start: r.sentence_start, sentence_end: r.sentence_end, subject_start: r.subject_start, subject_end: r.subject_end, object_start: r.object_start, object_end: r.object_end, probability: r.probability, negated: r.negated, speculated: r.speculated, model: r.model, vocabulary: r.vocabulary, year: r.year, cues: r.cues, section: r.section, novel: r.novel, retracted: r.retracted})-[:SHOWS]->(k)
