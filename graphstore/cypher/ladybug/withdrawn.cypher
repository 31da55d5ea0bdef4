// Papers that count no more, by the year of the first notice, with what they stated. A notice of an unknown year tells nothing.
MATCH (a:Article)<-[:RETRACTS]-(n:Article)
WHERE a.retracted = true
WITH a, min(n.year) AS noticed
WHERE noticed > $since
MATCH (a)<-[:SAID_IN]-(e:Evidence)-[:SHOWS]->(k:Edge)
WHERE e.year > 0 AND e.year <= $until AND ('' IN $curies OR k.subject IN $curies OR k.object IN $curies) AND ($predicate = '' OR k.predicate = $predicate)
WITH DISTINCT a.id AS document, e.year AS year, noticed, e.polarity AS polarity, k.key AS key, k.subject AS subject, k.predicate AS predicate, k.object AS object
MATCH (s:Entity {curie: subject})
WITH document, year, noticed, polarity, key, subject, predicate, object, s
MATCH (o:Entity {curie: object})
RETURN key, subject, s.name AS subject_name, s.type AS subject_type, s.degree AS subject_degree,
  predicate, object, o.name AS object_name, o.type AS object_type, o.degree AS object_degree, document, year, noticed, polarity
ORDER BY key, document, polarity
LIMIT $limit
