// The counts before this batch, from the evidence: an edge cannot be reached by its key here, and walking a hub costs more.
UNWIND $keys AS k
MATCH (x:Edge {key: k})<-[e:STATES]-(a:Article)
RETURN x.key AS key,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'positive' THEN a.id END) AS papers,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'negated' THEN a.id END) AS negated,
  count(DISTINCT CASE WHEN NOT e.retracted AND e.polarity = 'speculated' THEN a.id END) AS speculated,
  min(e.subject_label) AS subject_label,
  min(e.object_label) AS object_label
