UNWIND $keys AS k
MATCH (x:Edge {key: k})<-[e:STATES]-(a:Article)
RETURN x.key AS key,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'positive' THEN a.id END) AS papers,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'negated' THEN a.id END) AS negated,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'speculated' THEN a.id END) AS speculated,
  min(CASE WHEN NOT e.retracted AND e.year > 0 THEN e.year END) AS first_year,
  max(CASE WHEN NOT e.retracted AND e.year > 0 THEN e.year END) AS last_year,
  max(CASE WHEN NOT e.retracted THEN e.rank END) AS best,
  min(e.subject_label) AS subject_label,
  min(e.object_label) AS object_label
