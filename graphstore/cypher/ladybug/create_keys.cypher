UNWIND $rows AS r
CREATE (:Edge {key: r.key, subject: r.subject, predicate: r.predicate, object: r.object, state: r.state})
