// As bridges.cypher, which says why, for the measures that ask of a middle no more than papers and degree, and where an edge needs
// nothing but papers: `first` and `second` are the most papers of any edge. `$c` is the end of more edges: the other's neighbours are
// looked up one by one, and then sought among the many.
MATCH (c:Entity {curie: $c})-[q:RELATES]-(b:Entity)-[r:RELATES]-(a:Entity {curie: $a})
WITH b, r.papers AS one, q.papers AS other
WITH b, max(one) AS first, max(other) AS second
WHERE first >= $min_papers AND second >= $min_papers AND b.curie <> $a AND b.curie <> $c AND ($type = '' OR b.type = $type)
WITH b.curie AS curie, b.degree AS degree, first, second
RETURN curie, degree, first, second
ORDER BY CASE $rank
    WHEN 'linking_terms' THEN 1.0
    WHEN 'adamic_adar' THEN 1.0 / ln(degree * 1.0)
    WHEN 'average_minimum_weight' THEN CASE WHEN first < second THEN first ELSE second END * 1.0
    ELSE CASE WHEN first < second THEN first ELSE second END * degree ^ (-1.0 * $damping) END DESC,
  CASE WHEN first < second THEN first ELSE second END / sqrt(degree) DESC, curie
LIMIT $limit
