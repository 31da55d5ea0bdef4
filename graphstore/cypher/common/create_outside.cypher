UNWIND $rows AS r
CREATE (:Outside {id: r.id, source: r.source, generation: r.generation, state: r.state, fingerprint: r.fingerprint, nodes: 0, edges: 0, skipped: 0})
