MATCH (c:Concept {key: $key})<-[r:CURATED]-(s:Concept)
WHERE $predicate = '' OR r.predicate = $predicate
RETURN s.curie AS subject, s.name AS subject_name, s.category AS subject_category, c.curie AS object, c.name AS object_name, c.category AS object_category, r.graph AS graph, r.id AS id, r.place AS place, r.predicate AS predicate, r.negated AS negated, r.primary_source AS primary_source, r.knowledge_level AS knowledge_level, r.agent_type AS agent_type, r.publications AS publications
ORDER BY predicate, subject_name, place
LIMIT $limit
