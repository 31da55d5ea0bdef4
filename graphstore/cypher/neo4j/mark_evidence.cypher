UNWIND $rows AS r
MATCH (a:Article {id: r.document})<-[:FROM]-(e:Evidence)
SET e.retracted = r.retracted
