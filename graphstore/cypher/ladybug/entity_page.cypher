// The next entities, in order of their CURIEs, that stand at an edge of `edge_page`.
MATCH (e:Entity)
WHERE e.curie > $after AND EXISTS {
  MATCH (e)-[r:RELATES]-(o:Entity)
  WHERE r.papers >= $min_papers AND r.weight >= $min_weight AND r.papers + r.negated + r.speculated > 0
  AND ($predicate = '' OR r.predicate = $predicate)
    AND ($type = '' OR e.type = $type OR o.type = $type)
    AND ($linked = false OR NOT (e.curie STARTS WITH 'local:' OR o.curie STARTS WITH 'local:'))
}
RETURN e.curie AS curie, e.name AS name, e.type AS type, e.degree AS degree
ORDER BY curie
LIMIT $limit
