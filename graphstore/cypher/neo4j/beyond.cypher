// From the given neighbours of A one step further, to what A itself has no counted paper with. `factor` is what the measure
// makes of a neighbour, in millionths: sums of whole numbers are the same in any order. The ranks are those of graphstore/measures.py.
// c bears no label, or the planner may scan it for a join where the graph is small.
MATCH (a:Entity {curie: $curie})
UNWIND $links AS l
MATCH (b:Entity {curie: l.curie})-[r:RELATES]-(c)
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND c <> a AND ($type = '' OR c.type = $type)
WITH a, l.papers AS first, l.factor AS factor, b, c, max(r.papers) AS second, max(coalesce(r.weight, 0)) AS weight, count(r) AS ways
WITH a, c, count(b) AS links, sum(CASE $rank
    WHEN 'path_count' THEN ways * factor
    WHEN 'degree_weighted' THEN ways * factor
    WHEN 'linking_terms' THEN factor
    WHEN 'adamic_adar' THEN factor
    WHEN 'confidence_product' THEN toInteger(-1000000.0 * log(1.000000000001 - factor / 1000000.0 * (1.0 - exp(-weight / 1000000.0))))
    ELSE CASE WHEN first < second THEN first ELSE second END * factor END) AS score
WHERE NOT EXISTS { MATCH (c)-[x:RELATES]-(a) WHERE x.papers + x.negated + x.speculated > 0 AND x.first_year >= $known_from AND x.first_year <= $known_to }
RETURN c.curie AS curie, c.name AS name, c.type AS type, c.degree AS degree, score, links
ORDER BY CASE $rank
    WHEN 'average_minimum_weight' THEN score * 1.0 / links
    WHEN 'degree_weighted' THEN score * degree ^ (-1.0 * $damping)
    ELSE score * 1.0 END DESC, links DESC, curie
LIMIT $limit
