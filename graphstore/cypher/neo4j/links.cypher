// Of the keys that edges can have, those that are there.
UNWIND $keys AS k
MATCH ()-[r:RELATES {key: k}]->()
USING INDEX SEEK r:RELATES(key)
WHERE r.papers >= $min_papers AND ($plain OR (coalesce(r.weight, 0) >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
RETURN k AS key, r.papers AS papers, coalesce(r.weight, 0) AS weight
