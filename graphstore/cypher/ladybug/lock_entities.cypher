// One writer needs no lock. An optional match is looked up in the index; a MERGE would scan the table.
UNWIND $rows AS x
OPTIONAL MATCH (e:Entity {curie: x.curie})
WITH x, e.curie AS here
WHERE here IS NULL
CREATE (:Entity {curie: x.curie, label: '', type: '', name: '', search: '', degree: 0})
