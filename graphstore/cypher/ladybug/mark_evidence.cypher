UNWIND $rows AS r
RETURN r.document AS document, r.retracted AS retracted
;
MATCH (a:Article {id: $row_document})<-[:SAID_IN]-(e:Evidence)
SET e.retracted = $row_retracted
