// One writer needs no lock. An optional match is looked up in the index; a MERGE would scan the table.
UNWIND $curies AS x
OPTIONAL MATCH (e:Entity {curie: x})
WITH x, e.curie AS here
WHERE here IS NULL
CREATE (:Entity {curie: x, label: '', type: '', name: '', search: '', degree: 0})
