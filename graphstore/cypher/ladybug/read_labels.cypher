UNWIND $curies AS x
MATCH (e:Entity {curie: x})
RETURN e.curie AS curie
;
MATCH (e:Entity {curie: $row_curie})-[r:RELATES]-(b:Entity)
RETURN e.curie AS curie, min(CASE WHEN r.subject = e.curie THEN r.subject_label END) AS as_subject, min(CASE WHEN r.subject <> e.curie THEN r.object_label END) AS as_object
