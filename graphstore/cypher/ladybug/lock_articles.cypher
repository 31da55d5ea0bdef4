UNWIND $ids AS x
MERGE (a:Article {id: x})
ON CREATE SET a.epoch = -1, a.offset = -1, a.generation = -1, a.state = 'unseen', a.title = '', a.journal = '', a.year = 0, a.own_retracted = false, a.retracted = false
