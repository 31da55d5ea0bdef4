CREATE CONSTRAINT article_id IF NOT EXISTS FOR (a:Article) REQUIRE a.id IS UNIQUE
;
CREATE CONSTRAINT entity_curie IF NOT EXISTS FOR (e:Entity) REQUIRE e.curie IS UNIQUE
;
CREATE CONSTRAINT evidence_id IF NOT EXISTS FOR (e:Evidence) REQUIRE e.id IS UNIQUE
;
CREATE CONSTRAINT outbox_id IF NOT EXISTS FOR (o:Outbox) REQUIRE o.id IS UNIQUE
;
// Without it a MERGE of an edge walks the chain of a hub (p99 of 2 s instead of 0.2 s).
CREATE CONSTRAINT relates_key IF NOT EXISTS FOR ()-[r:RELATES]-() REQUIRE r.key IS UNIQUE
;
CREATE INDEX article_retracted IF NOT EXISTS FOR (a:Article) ON (a.retracted)
;
CREATE INDEX evidence_key IF NOT EXISTS FOR (e:Evidence) ON (e.key)
;
// Only edges that are both stated and denied have the property.
CREATE INDEX relates_disputed IF NOT EXISTS FOR ()-[r:RELATES]-() ON (r.disputed)
;
CREATE INDEX outbox_at IF NOT EXISTS FOR (o:Outbox) ON (o.at)
;
CREATE TEXT INDEX entity_search IF NOT EXISTS FOR (e:Entity) ON (e.search)
;
// Imported graphs stand apart from the literature's: a concept is one graph's word on a CURIE, `key` being `graph|curie`.
CREATE CONSTRAINT outside_id IF NOT EXISTS FOR (g:Outside) REQUIRE g.id IS UNIQUE
;
CREATE CONSTRAINT concept_key IF NOT EXISTS FOR (c:Concept) REQUIRE c.key IS UNIQUE
;
CREATE TEXT INDEX concept_search IF NOT EXISTS FOR (c:Concept) ON (c.search)
;
CREATE INDEX curated_place IF NOT EXISTS FOR ()-[r:CURATED]-() ON (r.graph, r.place)
;
CREATE INDEX is_a_place IF NOT EXISTS FOR ()-[r:IS_A]-() ON (r.graph, r.place)
;
CALL db.awaitIndexes(300)
