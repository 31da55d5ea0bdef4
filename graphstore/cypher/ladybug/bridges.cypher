// What an edge must be is asked of the sums and not before: where a pattern has two hops the engine drops filters on `r` and `q`, and
// answers what is not so; with each hop in a MATCH of its own it scans the table.
// The ranks are those of graphstore/measures.py; confidences are here as they are before calibration. Equals: by papers, damped.
MATCH (a:Entity {curie: $a})-[r:RELATES]-(b:Entity)-[q:RELATES]-(c:Entity {curie: $c})
WITH b.curie AS curie, b.type AS kind, b.degree AS degree,
  r.papers AS r_papers, r.weight AS r_weight, q.papers AS q_papers, q.weight AS q_weight,
  r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
    AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to)) AS r_fits,
  q.papers >= $min_papers AND ($plain OR (($predicate = '' OR q.predicate = $predicate) AND q.weight >= $min_weight
    AND q.first_year >= $first_from AND q.first_year <= $first_to AND q.last_year >= $last_from AND q.last_year <= $last_to)) AS q_fits
WITH curie, kind, degree,
  max(CASE WHEN r_fits THEN r_papers END) AS first, max(CASE WHEN q_fits THEN q_papers END) AS second,
  max(CASE WHEN r_fits THEN r_weight END) AS first_weight, max(CASE WHEN q_fits THEN q_weight END) AS second_weight,
  sum(CASE WHEN r_fits AND q_fits THEN 1 ELSE 0 END) AS ways
WHERE ways > 0 AND curie <> $a AND curie <> $c AND ($type = '' OR kind = $type)
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
