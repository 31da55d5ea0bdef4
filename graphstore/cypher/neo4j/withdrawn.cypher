// Papers that count no more, by the year of the first notice, with what they stated. A notice of an unknown year tells nothing.
MATCH (a:Article)<-[:RETRACTS]-(n:Article)
USING INDEX SEEK a:Article(retracted)
WHERE a.retracted = true
WITH a, min(n.year) AS noticed
WHERE noticed > $since
MATCH (a)<-[:FROM]-(e:Evidence)
WHERE e.year > 0 AND e.year <= $until
WITH DISTINCT a.id AS document, e.year AS year, noticed, e.polarity AS polarity, e.key AS k
MATCH (s:Entity)-[r:RELATES {key: k}]->(o:Entity)
USING INDEX SEEK r:RELATES(key)
WHERE ('' IN $curies OR s.curie IN $curies OR o.curie IN $curies) AND ($predicate = '' OR r.predicate = $predicate)
RETURN r.key AS key, s.curie AS subject, s.name AS subject_name, s.type AS subject_type, s.degree AS subject_degree,
  r.predicate AS predicate, o.curie AS object, o.name AS object_name, o.type AS object_type, o.degree AS object_degree, document, year, noticed, polarity
ORDER BY key, document, polarity
LIMIT $limit
