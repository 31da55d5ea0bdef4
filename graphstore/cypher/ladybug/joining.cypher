// The edges between two entities, in either direction.
MATCH (a:Entity {curie: $a})-[r:RELATES]-(c:Entity {curie: $c})
WHERE $predicate = '' OR r.predicate = $predicate
WITH CASE WHEN r.subject = $a THEN concat($a, '|', r.predicate, '|', $c) ELSE concat($c, '|', r.predicate, '|', $a) END AS key
MATCH (k:Edge {key: key})
WITH k, string_split(k.state, ';') AS told
RETURN k.key AS key, k.subject AS subject, k.predicate AS predicate, k.object AS object,
  CAST(told[1] AS INT64) AS papers, CAST(told[2] AS INT64) AS negated, CAST(told[3] AS INT64) AS speculated,
  CAST(told[4] AS INT64) AS weight, CAST(told[5] AS INT64) AS first_year, CAST(told[6] AS INT64) AS last_year, told[7] AS best
ORDER BY papers DESC, key
LIMIT $limit
