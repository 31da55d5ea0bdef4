// Both ends are expanded and joined on the middle, whatever the statistics say of the average entity: these two may be hubs.
// The ranks are those of graphstore/measures.py; confidences are here as they are before calibration. Equals: by papers, damped.
// What an edge must be is asked after the join, by a CASE that the planner cannot move before it: of a hub's edges few join.
MATCH (a:Entity {curie: $a})-[r:RELATES]-(b)-[q:RELATES]-(c:Entity {curie: $c})
USING JOIN ON b
WITH b,
  CASE WHEN r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
    AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to)) THEN r END AS r,
  CASE WHEN q.papers >= $min_papers AND ($plain OR (($predicate = '' OR q.predicate = $predicate) AND coalesce(q.weight, 0) >= $min_weight
    AND q.first_year >= $first_from AND q.first_year <= $first_to AND q.last_year >= $last_from AND q.last_year <= $last_to)) THEN q END AS q
WHERE r IS NOT NULL AND q IS NOT NULL AND ($type = '' OR b.type = $type)
WITH b, max(r.papers) AS first, max(q.papers) AS second,
  max(coalesce(r.weight, 0)) AS first_weight, max(coalesce(q.weight, 0)) AS second_weight, count(*) AS ways
WITH b.curie AS curie, b.degree AS degree, first, second, first_weight, second_weight, ways
RETURN curie, degree, first, second, first_weight, second_weight, ways
ORDER BY CASE $rank
    WHEN 'path_count' THEN ways * 1.0
    WHEN 'linking_terms' THEN 1.0
    WHEN 'degree_weighted' THEN ways * degree ^ (-2.0 * $damping)
    WHEN 'adamic_adar' THEN 1.0 / log(degree * 1.0)
    WHEN 'average_minimum_weight' THEN CASE WHEN first < second THEN first ELSE second END * 1.0
    WHEN 'confidence_product' THEN (1.0 - exp(-first_weight / 1000000.0)) * (1.0 - exp(-second_weight / 1000000.0))
    ELSE CASE WHEN first < second THEN first ELSE second END * degree ^ (-1.0 * $damping) END DESC,
  CASE WHEN first < second THEN first ELSE second END / sqrt(degree) DESC, curie
LIMIT $limit
