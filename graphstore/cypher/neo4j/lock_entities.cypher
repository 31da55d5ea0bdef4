// With all locks held, one place in time behind every earlier one of these entities, whatever the server's clock says:
// the later of its clock and the last place. It orders the changes of an edge in the outbox.
// An entity that another writer removes between the MERGE and the lock stays removed, without a word: whoever locks looks at
// `locked` afterwards, which only a lock that was got has set.
UNWIND $rows AS x
MERGE (e:Entity {curie: x.curie})
ON CREATE SET e.label = '', e.type = '', e.name = '', e.search = '', e.degree = 0
SET e.locked = x.lock
WITH collect(e) AS entities, max(coalesce(e.clock, 0)) AS last
WITH entities, last, datetime.realtime() AS now
WITH entities, last, now.epochSeconds * 1000000 + now.microsecond AS now
WITH entities, CASE WHEN now > last THEN now ELSE last + 1 END AS at
UNWIND entities AS e
SET e.clock_before = e.clock, e.clock = at
