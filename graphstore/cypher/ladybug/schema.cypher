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
CREATE REL TABLE IF NOT EXISTS RELATES(FROM Entity TO Entity, subject STRING, predicate STRING, papers INT64, negated INT64, speculated INT64, first_year INT64, last_year INT64, subject_label STRING, object_label STRING)
;
CREATE REL TABLE IF NOT EXISTS RETRACTS(FROM Article TO Article)
;
CREATE REL TABLE IF NOT EXISTS BEARS_ON(FROM Article TO Article, kind STRING)
;
// A piece of evidence: what an article states of an edge. A node of its own, for nodes are added at the end of their table and
// relationships in its middle, which a checkpoint rewrites with all their properties.
CREATE NODE TABLE IF NOT EXISTS Evidence(id STRING PRIMARY KEY, document STRING, key STRING, polarity STRING, rank STRING, subject_label STRING, object_label STRING, sentence STRING, sentence_start INT64, sentence_end INT64, subject_start INT64, subject_end INT64, object_start INT64, object_end INT64, probability DOUBLE, negated INT64, speculated INT64, model STRING, vocabulary STRING, year INT64, cues STRING, section STRING, novel DOUBLE, retracted BOOLEAN)
;
CREATE REL TABLE IF NOT EXISTS SAID_IN(FROM Evidence TO Article)
;
CREATE REL TABLE IF NOT EXISTS SHOWS(FROM Evidence TO Edge)
;
// Graphs whose relationships told too what their ends and keys tell: a checkpoint rewrites it all.
ALTER TABLE RELATES DROP IF EXISTS key
;
ALTER TABLE RELATES DROP IF EXISTS best
;
// Graphs written before edges had a weight.
ALTER TABLE RELATES ADD IF NOT EXISTS weight INT64
;
ALTER TABLE RELATES ADD IF NOT EXISTS disputed INT64
;
// Graphs written before an edge's key told what its relationship tells: `papers;negated;speculated;weight;first_year;last_year;best`,
// and behind a further `;` the labels of subject and object, the former's length and a `;` before them.
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
