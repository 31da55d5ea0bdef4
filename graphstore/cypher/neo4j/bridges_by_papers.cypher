// As bridges.cypher, which says why, for the measures that ask of a middle no more than papers and degree, and where an edge needs
// nothing but papers: `first` and `second` are the most papers of any edge. Of what joins as little as possible is read.
MATCH (a:Entity {curie: $a})-[r:RELATES]-(b)-[q:RELATES]-(c:Entity {curie: $c})
USING JOIN ON b
WHERE $type = '' OR b.type = $type
WITH b, r.papers AS one, q.papers AS other
WITH b, max(one) AS first, max(other) AS second
WHERE first >= $min_papers AND second >= $min_papers
WITH b.curie AS curie, b.degree AS degree, first, second
RETURN curie, degree, first, second
ORDER BY CASE $rank
    WHEN 'linking_terms' THEN 1.0
    WHEN 'adamic_adar' THEN 1.0 / log(degree * 1.0)
    WHEN 'average_minimum_weight' THEN CASE WHEN first < second THEN first ELSE second END * 1.0
    ELSE CASE WHEN first < second THEN first ELSE second END * degree ^ (-1.0 * $damping) END DESC,
  CASE WHEN first < second THEN first ELSE second END / sqrt(degree) DESC, curie
LIMIT $limit
