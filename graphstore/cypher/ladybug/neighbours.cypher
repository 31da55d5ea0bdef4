// How many papers state the last edge that is shown: of a hub's edges few have as many, and only of those the rest is read, for whose
// reading in full takes thirty times as long.
MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND ($type = '' OR b.type = $type) AND ($polarity = '' OR CASE $polarity WHEN 'negated' THEN r.negated WHEN 'speculated' THEN r.speculated ELSE r.papers END > 0)
WITH collect(CASE $polarity WHEN 'negated' THEN r.negated WHEN 'speculated' THEN r.speculated ELSE r.papers END) AS stated
RETURN CASE WHEN size(stated) < $limit THEN 0 ELSE list_sort(stated, 'DESC')[$limit] END AS least
;
MATCH (a:Entity {curie: $curie})-[r:RELATES]-(b:Entity)
WHERE CASE $polarity WHEN 'negated' THEN r.negated WHEN 'speculated' THEN r.speculated ELSE r.papers END >= $row_least
  AND r.papers >= $min_papers AND ($plain OR (($predicate = '' OR r.predicate = $predicate) AND r.weight >= $min_weight
  AND r.first_year >= $first_from AND r.first_year <= $first_to AND r.last_year >= $last_from AND r.last_year <= $last_to))
  AND ($type = '' OR b.type = $type) AND ($polarity = '' OR CASE $polarity WHEN 'negated' THEN r.negated WHEN 'speculated' THEN r.speculated ELSE r.papers END > 0)
WITH b.curie AS curie, b.name AS name, b.type AS type, b.degree AS degree,
  CASE WHEN r.subject = $curie THEN concat($curie, '|', r.predicate, '|', b.curie) ELSE concat(b.curie, '|', r.predicate, '|', $curie) END AS key,
  r.subject AS subject, r.predicate AS predicate, CASE WHEN r.subject = $curie THEN b.curie ELSE $curie END AS object,
  r.papers AS papers, r.negated AS negated, r.speculated AS speculated, r.weight AS weight, r.first_year AS first_year, r.last_year AS last_year
ORDER BY CASE $polarity WHEN 'negated' THEN negated WHEN 'speculated' THEN speculated ELSE papers END DESC, papers DESC, curie, predicate
LIMIT $limit
MATCH (k:Edge {key: key})
RETURN curie, name, type, degree, key, subject, predicate, object, papers, negated, speculated, weight, first_year, last_year, string_split(k.state, ';')[7] AS best
ORDER BY CASE $polarity WHEN 'negated' THEN negated WHEN 'speculated' THEN speculated ELSE papers END DESC, papers DESC, curie, predicate
