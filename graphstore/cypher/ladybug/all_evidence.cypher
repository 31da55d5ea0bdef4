MATCH (a:Article)-[e:STATES]->(k:Edge)
RETURN e.id AS id, a.id AS document, k.key AS key, e.polarity AS polarity, e.probability AS probability, e.sentence AS sentence, e.retracted AS retracted
