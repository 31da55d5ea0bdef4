// From the given neighbours of A one step further, to what A itself has no counted paper with. `factor` is what the measure
// makes of a neighbour, in millionths: sums of whole numbers are the same in any order. The ranks are those of graphstore/measures.py.
// The links are joined last: matching from them scans the table. Parameters are typed as narrow as their values, so they are cast.
MATCH (b:Entity)-[r:RELATES]-(c:Entity)
WHERE b.curie IN $curies AND r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND c.curie <> $curie AND ($type = '' OR c.type = $type)
WITH b.curie AS via, c, max(r.papers) AS second, max(r.weight) AS weight, count(r.papers) AS ways
UNWIND $links AS l
WITH l, via, c, second, weight, ways, CAST(l.papers AS INT64) AS first, CAST(l.factor AS INT64) AS factor
WHERE l.curie = via
WITH c, count(via) AS links, sum(CASE $rank
    WHEN 'path_count' THEN ways * factor
    WHEN 'degree_weighted' THEN ways * factor
    WHEN 'linking_terms' THEN factor
    WHEN 'adamic_adar' THEN factor
    WHEN 'confidence_product' THEN CAST(-1000000.0 * ln(1.000000000001 - factor / 1000000.0 * (1.0 - 2.718281828459045 ^ (-weight / 1000000.0))) AS INT64)
    ELSE CASE WHEN first < second THEN first ELSE second END * factor END) AS score
WHERE NOT EXISTS { MATCH (c)-[x:RELATES]-(a:Entity {curie: $curie}) WHERE x.papers + x.negated + x.speculated > 0 AND x.first_year >= $known_from AND x.first_year <= $known_to }
RETURN c.curie AS curie, c.name AS name, c.type AS type, c.degree AS degree, score, links
ORDER BY CASE $rank
    WHEN 'average_minimum_weight' THEN score * 1.0 / links
    WHEN 'degree_weighted' THEN score * degree ^ (-1.0 * $damping)
    ELSE score * 1.0 END DESC, links DESC, curie
LIMIT $limit
