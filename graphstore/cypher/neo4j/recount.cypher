// First by paper and what it says, then by edge; the map reads an evidence once. A paper's weight is -ln(1 - p) in millionths of its
// best positive evidence (see confidence.py).
UNWIND $keys AS k
MATCH (e:Evidence {key: k})
WITH k, e {.document, .retracted, .polarity, .probability, .year, .rank, .subject_label, .object_label} AS e
WITH k, e.document AS document, CASE WHEN e.retracted THEN '' ELSE e.polarity END AS says, max(e.probability) AS p,
  min(CASE WHEN NOT e.retracted AND e.year > 0 THEN e.year END) AS first,
  max(CASE WHEN NOT e.retracted AND e.year > 0 THEN e.year END) AS last,
  max(CASE WHEN NOT e.retracted THEN e.rank END) AS rank,
  min(e.subject_label) AS subject,
  min(e.object_label) AS object
RETURN k AS key,
  count(CASE says WHEN 'positive' THEN 1 END) AS papers,
  count(CASE says WHEN 'negated' THEN 1 END) AS negated,
  count(CASE says WHEN 'speculated' THEN 1 END) AS speculated,
  sum(CASE says WHEN 'positive' THEN toInteger(round(-1000000.0 * log(1.0 - CASE WHEN p > 0.999 THEN 0.999 ELSE p END))) ELSE 0 END) AS weight,
  min(first) AS first_year,
  max(last) AS last_year,
  max(rank) AS best,
  min(subject) AS subject_label,
  min(object) AS object_label
