UNWIND $keys AS k
MATCH (e:Evidence {key: k})
RETURN k AS key,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'positive' THEN e.document END) AS papers,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'negated' THEN e.document END) AS negated,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'speculated' THEN e.document END) AS speculated,
  min(CASE WHEN NOT e.retracted AND e.year > 0 THEN e.year END) AS first_year,
  max(CASE WHEN NOT e.retracted AND e.year > 0 THEN e.year END) AS last_year,
  max(CASE WHEN NOT e.retracted THEN e.rank END) AS best,
  min(e.subject_label) AS subject_label,
  min(e.object_label) AS object_label
