// As neighbours.cypher, which says why; an edge needs nothing but papers.
MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.papers >= $min_papers
WITH collect(r.papers) AS stated
RETURN CASE WHEN size(stated) < $limit THEN 0 ELSE list_sort(stated, 'DESC')[$limit] END AS least
;
MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.papers >= $row_least AND r.papers >= $min_papers
WITH b.curie AS curie, b.name AS name, b.type AS type, b.degree AS degree,
  CASE WHEN r.subject = $curie THEN concat($curie, '|', r.predicate, '|', b.curie) ELSE concat(b.curie, '|', r.predicate, '|', $curie) END AS key,
  r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = $curie THEN b.curie ELSE $curie END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight, r.first_year AS first_year, r.last_year AS last_year
ORDER BY papers DESC, curie, predicate
LIMIT $limit
MATCH (k:Edge {key: key})
RETURN curie, name, type, degree, key, subject, predicate, object, papers, negated, speculated, weight, first_year, last_year, string_split(k.state, ';')[7] AS best
ORDER BY papers DESC, curie, predicate
