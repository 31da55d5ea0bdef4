// One writer: the table's own counter orders the changes.
UNWIND $rows AS r
CREATE (:Outbox {id: r.id, value: r.value, written: r.written})
