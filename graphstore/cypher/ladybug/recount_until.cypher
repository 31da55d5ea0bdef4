// As recount.cypher, by the papers of the years up to one; those of unknown year are left out.
UNWIND $keys AS k
MATCH (x:Edge {key: k})
OPTIONAL MATCH (x)<-[:SHOWS]-(e:Evidence)
WITH x, e
WHERE e.year > 0 AND e.year <= $until AND NOT e.retracted
WITH x.key AS key, e.document AS document,
  max(CASE WHEN e.polarity = 'positive' THEN CASE WHEN e.probability > 0.999 THEN 0.999 ELSE e.probability END END) AS positive,
  max(CASE WHEN e.polarity = 'negated' THEN 1 ELSE 0 END) AS negates,
  max(CASE WHEN e.polarity = 'speculated' THEN 1 ELSE 0 END) AS speculates,
  min(e.year) AS first, max(e.year) AS last, max(e.rank) AS rank
RETURN key, count(positive) AS papers, sum(negates) AS negated, sum(speculates) AS speculated,
  sum(CASE WHEN positive IS NULL THEN 0 ELSE CAST(round(-1000000.0 * ln(1.0 - positive), 0) AS INT64) END) AS weight,
  min(first) AS first_year, max(last) AS last_year, max(rank) AS best
