// One writer: the table's own counter orders the changes. An equal change that still waits is not written twice.
UNWIND $rows AS r
MERGE (:Outbox {id: r.id, value: r.value})
