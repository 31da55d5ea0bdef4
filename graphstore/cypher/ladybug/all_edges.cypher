MATCH (k:Edge)
WITH k, string_split(k.state, ';') AS told
RETURN k.key AS key, k.subject AS subject, k.predicate AS predicate, k.object AS object,
  CAST(told[1] AS INT64) AS papers, CAST(told[2] AS INT64) AS negated, CAST(told[3] AS INT64) AS speculated,
  CAST(told[4] AS INT64) AS weight, CAST(told[5] AS INT64) AS first_year, CAST(told[6] AS INT64) AS last_year, told[7] AS best
