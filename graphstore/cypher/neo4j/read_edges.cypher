UNWIND $keys AS k
MATCH (s:Entity)-[r:RELATES {key: k}]->(o:Entity)
USING INDEX SEEK r:RELATES(key)
RETURN r.key AS key, r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight,
  r.first_year AS first_year, r.last_year AS last_year, r.best AS best, r.subject_label AS subject_label, r.object_label AS object_label
