// The middles of four-hop paths: what the best neighbours of A (side 0) and of C (side 1) have in common, by the weaker half.
// The sides are joined last: matching from them scans the table. Parameters are typed as narrow as their values, so they are cast.
MATCH (x:Entity)-[r:RELATES]-(m:Entity)
WHERE x.curie IN $curies AND r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND m.curie <> $a AND m.curie <> $c
WITH x.curie AS via, m.curie AS curie, m.degree AS degree, max(r.papers) AS papers
UNWIND $sides AS l
WITH l, via, curie, degree, papers, CAST(l.papers AS INT64) AS near, CAST(l.factor AS INT64) AS factor
WHERE l.curie = via
WITH curie, degree, l.side AS side, via, CASE WHEN near < papers THEN near ELSE papers END * factor AS value
WITH curie, degree, max(CASE WHEN side = 0 THEN value ELSE 0 END) AS first, max(CASE WHEN side = 1 THEN value ELSE 0 END) AS second, count(DISTINCT via) AS vias
WHERE first > 0 AND second > 0 AND vias > 1
RETURN curie, degree
ORDER BY CASE WHEN first < second THEN first ELSE second END / sqrt(degree) DESC, curie
LIMIT $limit
