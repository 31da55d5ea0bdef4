// When these entities' edges were last written: by this batch, and before it. What has no edge any more is gone.
UNWIND $curies AS x
MATCH (e:Entity {curie: x})
RETURN e.curie AS curie, coalesce(e.clock, 0) AS clock, coalesce(e.clock_before, 0) AS before, e.degree AS degree
