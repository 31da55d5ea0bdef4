MATCH (e:Evidence)
RETURN count(e) AS evidence
