// As bridges.cypher, which says why; an edge needs nothing but papers.
// From the end of more edges: the other's neighbours are looked up one by one, and then sought among the many.
MATCH (a:Entity {curie: $a})
WITH a
MATCH (c:Entity {curie: $c})
RETURN CASE WHEN a.degree >= c.degree THEN $a ELSE $c END AS more, CASE WHEN a.degree >= c.degree THEN $c ELSE $a END AS fewer
;
MATCH (a:Entity {curie: $row_more})-[r:RELATES]-(b:Entity)-[q:RELATES]-(c:Entity {curie: $row_fewer})
WITH b, r.weight AS one_weight, q.weight AS other_weight,
  CASE WHEN r.papers >= $min_papers THEN r.papers END AS one_papers, CASE WHEN q.papers >= $min_papers THEN q.papers END AS other_papers
WHERE one_papers > 0 AND other_papers > 0
WITH b, max(one_papers) AS one, max(other_papers) AS other, max(one_weight) AS one_weight, max(other_weight) AS other_weight, count(one_papers) AS ways
WHERE b.curie <> $a AND b.curie <> $c AND ($type = '' OR b.type = $type)
WITH b.curie AS curie, b.degree AS degree, ways,
  CASE WHEN $row_more = $a THEN one ELSE other END AS first, CASE WHEN $row_more = $a THEN other ELSE one END AS second,
  CASE WHEN $row_more = $a THEN one_weight ELSE other_weight END AS first_weight, CASE WHEN $row_more = $a THEN other_weight ELSE one_weight END AS second_weight
RETURN curie, degree, first, second, first_weight, second_weight, ways
ORDER BY CASE $rank
    WHEN 'path_count' THEN ways * 1.0
    WHEN 'linking_terms' THEN 1.0
    WHEN 'degree_weighted' THEN ways * degree ^ (-2.0 * $damping)
    WHEN 'adamic_adar' THEN 1.0 / ln(degree * 1.0)
    WHEN 'average_minimum_weight' THEN CASE WHEN first < second THEN first ELSE second END * 1.0
    WHEN 'confidence_product' THEN (1.0 - 2.718281828459045 ^ (-first_weight / 1000000.0)) * (1.0 - 2.718281828459045 ^ (-second_weight / 1000000.0))
    ELSE CASE WHEN first < second THEN first ELSE second END * degree ^ (-1.0 * $damping) END DESC,
  CASE WHEN first < second THEN first ELSE second END / sqrt(degree) DESC, curie
LIMIT $limit
