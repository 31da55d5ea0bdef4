// Graphs written before evidence was a node: it was a relationship from its article to its edge.
// Before cues, sections and novelty were told:
ALTER TABLE STATES ADD IF NOT EXISTS cues STRING DEFAULT ''
;
ALTER TABLE STATES ADD IF NOT EXISTS section STRING DEFAULT ''
;
ALTER TABLE STATES ADD IF NOT EXISTS novel DOUBLE DEFAULT -1.0
;
COPY Evidence FROM (MATCH (a:Article)-[e:STATES]->(k:Edge) RETURN e.id AS id, a.id AS document, k.key AS key, e.polarity AS polarity, e.rank AS rank, e.subject_label AS subject_label, e.object_label AS object_label, e.sentence AS sentence, e.sentence_start AS sentence_start, e.sentence_end AS sentence_end, e.subject_start AS subject_start, e.subject_end AS subject_end, e.object_start AS object_start, e.object_end AS object_end, e.probability AS probability, e.negated AS negated, e.speculated AS speculated, e.model AS model, e.vocabulary AS vocabulary, e.year AS year, e.cues AS cues, e.section AS section, e.novel AS novel, e.retracted AS retracted)
;
COPY SAID_IN FROM (MATCH (a:Article)-[e:STATES]->(k:Edge) RETURN e.id, a.id)
;
COPY SHOWS FROM (MATCH (a:Article)-[e:STATES]->(k:Edge) RETURN e.id, k.key)
;
DROP TABLE STATES
;
// What an edge's key tells did not end with the labels.
MATCH (k:Edge)<-[:SHOWS]-(e:Evidence)
WITH k, min(e.subject_label) AS subject_label, min(e.object_label) AS object_label
WHERE k.state <> ''
SET k.state = concat(k.state, ';', CAST(size(subject_label) AS STRING), ';', subject_label, object_label)
