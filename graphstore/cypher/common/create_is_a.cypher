UNWIND $rows AS r
MATCH (s:Concept {key: r.subject})
WITH r, s
MATCH (o:Concept {key: r.object})
CREATE (s)-[:IS_A {graph: r.graph, place: r.place, id: r.id, primary_source: r.primary_source, knowledge_level: r.knowledge_level, agent_type: r.agent_type, publications: r.publications, rest: r.rest}]->(o)
