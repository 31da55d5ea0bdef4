MATCH (s:Concept)-[r:IS_A]->(o:Concept)
WHERE r.graph = $graph AND r.place > $after AND r.place <= $upto
RETURN r.place AS place, r.id AS id, s.curie AS subject, s.name AS subject_name, 'biolink:subclass_of' AS predicate, false AS negated, o.curie AS object, o.name AS object_name,
  r.primary_source AS primary_source, r.knowledge_level AS knowledge_level, r.agent_type AS agent_type, r.publications AS publications, r.rest AS rest
