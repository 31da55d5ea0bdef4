// One of the shortest ways of at most four steps; both ends are searched from at once.
MATCH (a:Entity {curie: $a}), (c:Entity {curie: $c})
MATCH p = SHORTEST 1 (a)-[r:RELATES WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))]-{1,4}(c)
RETURN [n IN nodes(p) | n.curie] AS curies
LIMIT $limit
