// One writer needs no lock. An optional match is looked up in the index; a MERGE would scan the table.
UNWIND $ids AS x
OPTIONAL MATCH (a:Article {id: x})
WITH x, a.id AS here
WHERE here IS NULL
CREATE (:Article {id: x, epoch: -1, offset: -1, generation: -1, state: 'unseen', title: '', journal: '', year: 0, own_retracted: false, retracted: false})
;
UNWIND $ids AS x
MATCH (a:Article {id: x})
RETURN a.id AS id, a.epoch AS epoch, a.offset AS offset, a.generation AS generation, a.state AS state, a.title AS title, a.journal AS journal, a.year AS year, a.own_retracted AS own_retracted, a.retracted AS retracted
