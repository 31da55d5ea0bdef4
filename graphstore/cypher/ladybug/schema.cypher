CREATE NODE TABLE IF NOT EXISTS Article(id STRING PRIMARY KEY, epoch INT64, offset INT64, generation INT64, state STRING, title STRING, journal STRING, year INT64, own_retracted BOOLEAN, retracted BOOLEAN)
;
CREATE NODE TABLE IF NOT EXISTS Entity(curie STRING PRIMARY KEY, type STRING, name STRING, search STRING, label STRING, degree INT64)
;
// Only primary keys are indexed here, so an edge's key has a node of its own, from which its evidence is reached.
CREATE NODE TABLE IF NOT EXISTS Edge(key STRING PRIMARY KEY, subject STRING, predicate STRING, object STRING)
;
CREATE NODE TABLE IF NOT EXISTS Outbox(id STRING PRIMARY KEY, at SERIAL, value STRING)
;
// Graphs written before it was told when a message was written.
ALTER TABLE Outbox ADD IF NOT EXISTS written INT64
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
;
// Graphs written before sections and novelty were told.
ALTER TABLE STATES ADD IF NOT EXISTS section STRING DEFAULT ''
;
ALTER TABLE STATES ADD IF NOT EXISTS novel DOUBLE DEFAULT -1.0
;
// Graphs written before edges had a weight.
ALTER TABLE RELATES ADD IF NOT EXISTS weight INT64
;
ALTER TABLE RELATES ADD IF NOT EXISTS disputed INT64
;
// Graphs written before an edge's key told what its relationship tells: `papers;negated;speculated;weight;first_year;last_year;best`.
// One property, for setting a property of a node costs the same as looking the node up.
ALTER TABLE Edge ADD IF NOT EXISTS state STRING DEFAULT ''
;
// Imported graphs stand apart from the literature's: a concept is one graph's word on a CURIE, `key` being `graph|curie`.
CREATE NODE TABLE IF NOT EXISTS Outside(id STRING PRIMARY KEY, source STRING, generation INT64, state STRING, fingerprint STRING, nodes INT64, edges INT64, skipped INT64)
;
CREATE NODE TABLE IF NOT EXISTS Concept(key STRING PRIMARY KEY, graph STRING, curie STRING, name STRING, search STRING, category STRING, rest STRING)
;
CREATE REL TABLE IF NOT EXISTS CURATED(FROM Concept TO Concept, graph STRING, place INT64, id STRING, predicate STRING, negated BOOLEAN, primary_source STRING, knowledge_level STRING, agent_type STRING, publications STRING, rest STRING)
;
CREATE REL TABLE IF NOT EXISTS IS_A(FROM Concept TO Concept, graph STRING, place INT64, id STRING, primary_source STRING, knowledge_level STRING, agent_type STRING, publications STRING, rest STRING)
