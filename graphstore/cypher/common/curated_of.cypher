MATCH (c:Concept {key: $key})-[r:CURATED]->(o:Concept)
WHERE $predicate = '' OR r.predicate = $predicate
RETURN c.curie AS subject, c.name AS subject_name, c.category AS subject_category, o.curie AS object, o.name AS object_name, o.category AS object_category, r.graph AS graph, r.id AS id, r.place AS place, r.predicate AS predicate, r.negated AS negated, r.primary_source AS primary_source, r.knowledge_level AS knowledge_level, r.agent_type AS agent_type, r.publications AS publications
ORDER BY predicate, object_name, place
LIMIT $limit
