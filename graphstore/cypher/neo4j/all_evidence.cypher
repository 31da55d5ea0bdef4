MATCH (e:Evidence)-[:FROM]->(a:Article)
RETURN e.id AS id, a.id AS document, e.key AS key, e.polarity AS polarity, e.probability AS probability, e.sentence AS sentence, e.retracted AS retracted
