UNWIND $rows AS r
CREATE (:Article {id: r.id, epoch: r.epoch, offset: r.offset, generation: r.generation, state: r.state, title: r.title, journal: r.journal, year: r.year, own_retracted: r.own_retracted, retracted: r.retracted})
