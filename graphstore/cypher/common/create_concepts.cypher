UNWIND $rows AS r
CREATE (:Concept {key: r.key, graph: r.graph, curie: r.curie, name: r.name, search: r.search, category: r.category, rest: r.rest})
