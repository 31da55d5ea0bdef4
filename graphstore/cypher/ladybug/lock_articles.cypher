// One writer needs no lock. What is not there yet is created with all that the batch says of it.
UNWIND $ids AS x
MATCH (a:Article {id: x})
RETURN a.id AS id, a.epoch AS epoch, a.offset AS offset, a.generation AS generation, a.state AS state, a.title AS title, a.journal AS journal, a.year AS year, a.own_retracted AS own_retracted, a.retracted AS retracted
