UNWIND $rows AS r
MATCH (a:Article {id: r.id})
SET a.epoch = r.epoch, a.offset = r.offset, a.generation = r.generation, a.state = r.state, a.title = r.title, a.journal = r.journal, a.year = r.year, a.own_retracted = r.own_retracted, a.retracted = r.retracted
