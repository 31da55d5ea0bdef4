UNWIND $curies AS x
MATCH (e:Entity {curie: x})
CALL (e) { MATCH (e)-[r:RELATES]->() RETURN min(r.subject_label) AS as_subject }
CALL (e) { MATCH (e)<-[r:RELATES]-() RETURN min(r.object_label) AS as_object }
RETURN x AS curie, as_subject, as_object
