UNWIND $rows AS r
MATCH (s:Concept {key: r.subject})
WITH r, s
MATCH (o:Concept {key: r.object})
CREATE (s)-[:CURATED {graph: r.graph, place: r.place, id: r.id, predicate: r.predicate, negated: r.negated, primary_source: r.primary_source, knowledge_level: r.knowledge_level, agent_type: r.agent_type, publications: r.publications, rest: r.rest}]->(o)
