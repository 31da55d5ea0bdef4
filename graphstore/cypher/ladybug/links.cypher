// Of the keys that edges can have, those that are there.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
WITH x.key AS key, string_split(x.state, ';') AS told
WITH key, CAST(told[1] AS INT64) AS papers, CAST(told[4] AS INT64) AS weight, CAST(told[5] AS INT64) AS first_year, CAST(told[6] AS INT64) AS last_year
WHERE papers >= $min_papers AND ($plain OR (weight >= $min_weight
  AND first_year >= $first_from AND first_year <= $first_to AND last_year >= $last_from AND last_year <= $last_to))
RETURN key, papers, weight
