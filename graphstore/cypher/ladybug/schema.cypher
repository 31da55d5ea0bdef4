CREATE NODE TABLE IF NOT EXISTS Article(id STRING PRIMARY KEY, epoch INT64, offset INT64, generation INT64, state STRING, title STRING, journal STRING, year INT64, own_retracted BOOLEAN, retracted BOOLEAN)
;
CREATE NODE TABLE IF NOT EXISTS Entity(curie STRING PRIMARY KEY, type STRING, name STRING, search STRING, label STRING, degree INT64)
;
// Only primary keys are indexed here, so an edge's key has a node of its own, from which its evidence is reached.
CREATE NODE TABLE IF NOT EXISTS Edge(key STRING PRIMARY KEY, subject STRING, predicate STRING, object STRING)
;
CREATE NODE TABLE IF NOT EXISTS Outbox(id STRING PRIMARY KEY, at SERIAL, value STRING)
;
CREATE REL TABLE IF NOT EXISTS RELATES(FROM Entity TO Entity, key STRING, subject STRING, predicate STRING, papers INT64, negated INT64, speculated INT64, first_year INT64, last_year INT64, best STRING, subject_label STRING, object_label STRING)
;
CREATE REL TABLE IF NOT EXISTS RETRACTS(FROM Article TO Article)
;
CREATE REL TABLE IF NOT EXISTS BEARS_ON(FROM Article TO Article, kind STRING)
;
// One evidence: an article states an edge.
CREATE REL TABLE IF NOT EXISTS STATES(FROM Article TO Edge, id STRING, polarity STRING, rank STRING, subject_label STRING, object_label STRING, sentence STRING, sentence_start INT64, sentence_end INT64, subject_start INT64, subject_end INT64, object_start INT64, object_end INT64, probability DOUBLE, negated INT64, speculated INT64, model STRING, vocabulary STRING, year INT64, retracted BOOLEAN)
;
// Graphs written before cues were told.
ALTER TABLE STATES ADD IF NOT EXISTS cues STRING DEFAULT ''
