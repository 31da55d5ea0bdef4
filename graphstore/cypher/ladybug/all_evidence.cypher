MATCH (e:Evidence)
RETURN e.id AS id, e.document AS document, e.key AS key, e.polarity AS polarity, e.probability AS probability, e.sentence AS sentence, e.retracted AS retracted
