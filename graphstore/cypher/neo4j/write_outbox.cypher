UNWIND $rows AS r
CREATE (:Outbox {id: r.id, at: r.at, place: r.place, value: r.value})
