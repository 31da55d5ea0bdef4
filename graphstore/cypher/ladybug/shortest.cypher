// One of the shortest ways of at most four steps.
MATCH p = (a:Entity {curie: $a})-[w:RELATES* SHORTEST 1..4 (r, n | WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to)))]-(c:Entity {curie: $c})
RETURN properties(nodes(p), 'curie') AS curies
LIMIT $limit
