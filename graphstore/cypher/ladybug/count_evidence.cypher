MATCH (e:Evidence)
RETURN count(e.id) AS evidence
