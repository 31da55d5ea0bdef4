MATCH (a:Article)-[e:STATES]->(k:Edge)
RETURN count(e.id) AS evidence
