"""The graph agent's transaction, in the order of DESIGN §3.

1. Lock the batch's Articles, and those they link to, in sorted order.
2. Read what each contributed before, compare ranks, and take the difference in Python.
3. Lock the entities at the ends of every touched edge, in one sorted pass. An edge has two of them, so this locks the
   edges too, old and new, and the names and degrees that entities take from their edges. What is locked also takes its
   place in time, behind that of every earlier writer of the same edge.
4. Write the evidence. Recount the touched edges from all their evidence; to one that only gains papers, what is new is added here, which
   comes to the same. Write or drop them.
5. Write the Changes to the outbox, and what they do to the standing questions.
"""

import secrets
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphstore.contribution import COUNTS, SEARCHED, Bearing, Contribution, Ends, Polarity, Rank, State
from graphstore.counting import counted, merged, read, state, summaries, summarised
from graphstore.difference import Difference, Held, Standing, changes, concerned, difference, retractions
from graphstore.steps import Crossed, Query, Row, Steps, ask, together
from graphstore.watching import Evaluation
from processors.records import Change, Counts, LinkKind, Revision

MOVING = ("papers", "negated", "speculated", "weight", "first_year", "last_year", "subject_label", "object_label")
"""What questions filter edges by, and what their ends take from them: all that an edge's summary tells but its best evidence."""


def write(
    batch: Sequence[Contribution], *, outbox: bool, watch: Evaluation | None = None, late: dict[str, Revision] | None = None
) -> Steps[list[Change]]:
    """Write one batch; the caller wraps it in a transaction. Returns the changes that it caused.

    What it does to the standing questions of a `watch` goes to the outbox behind the changes. See `GraphStore.apply` for `late`.
    """
    standings, edges, absent = yield from _read(concerned(batch))
    if late is not None:
        late.clear()  # of an attempt that was given up
        late.update(_overtaken(standings, batch))
    wanted = difference(standings, batch, edges)
    unseen = {name: standings[name].row(name) for name in absent} | {row["id"]: row for row in wanted.articles if row["id"] in absent}
    links = [
        Query("create_articles", {"rows": list(unseen.values())}),
        Query("write_articles", {"rows": [row for row in wanted.articles if row["id"] not in absent]}),
        Query("drop_retractions", {"rows": wanted.retractions_gone}),
        Query("create_retractions", {"rows": wanted.retractions_new}),
        Query("drop_bearings", {"rows": wanted.bearings_gone}),
        Query("create_bearings", {"rows": wanted.bearings_new}),
    ]
    if not wanted.edges:
        yield from together(*links[:-1], then=links[-1])
        return []
    lock = _lock(wanted.entities)
    before = read((yield from together(lock, then=Query("read_edges", {"keys": list(wanted.edges)}))))
    added = counted(row for row in wanted.evidence_new if row["key"] not in wanted.again)
    new = [_edge(key, wanted.edges[key], added[key]) for key in sorted(added.keys() - before.keys())]
    writing = [
        *links,
        Query("drop_evidence", {"rows": wanted.evidence_gone}),
        Query("create_keys", {"rows": new}),
        Query("create_evidence", {"rows": wanted.evidence_new}),
        Query("mark_evidence", {"rows": wanted.evidence_marked}),
    ]
    after = {key: row for key, row in before.items() if key not in wanted.again}
    if wanted.again:
        after |= summarised((yield from together(*writing, then=Query("recount", {"keys": sorted(wanted.again)}))))
        writing = []
    after |= {key: merged(before[key], row) if key in before else row for key, row in added.items()}
    updated = [_edge(key, wanted.edges[key], after[key]) for key in wanted.edges if key in before and key in after]
    moved = [row for row in updated if any(before[row["key"]][name] != row[name] for name in MOVING)]
    others = [row for row in updated if all(before[row["key"]][name] == row[name] for name in MOVING)]
    writing += [
        Query("create_edges", {"rows": new}),
        Query("update_edges", {"rows": moved}),
        Query("update_best", {"rows": [row for row in others if before[row["key"]]["best"] != row["best"]]}),
        Query("drop_edges", {"rows": [_ends(key, wanted.edges[key]) for key in wanted.edges if key in before and key not in after]}),
    ]
    stored = yield from together(*writing, then=Query("read_entities", {"curies": wanted.entities}))
    _held(stored, lock)
    entities = yield from _named(stored, wanted, before, after)
    kept = [row for row in entities.values() if row["degree"]]
    naming = [
        Query("write_entities", {"rows": [row for row in kept if row["label"] != row["stored_label"]]}),
        Query("write_degrees", {"rows": [r for r in kept if r["label"] == r["stored_label"] and r["degree"] != r["stored_degree"]]}),
        Query("drop_entities", {"curies": [curie for curie, row in entities.items() if not row["degree"]]}),
    ]
    if watch and watch.asked:  # the questions look at the graph as it will be
        yield from together(*naming[:-1], then=naming[-1])
        naming = []
    counts = {key: Counts(**{name: row[name] for name in COUNTS.values()}) for key, row in before.items()}
    found = changes(wanted.causes, counts, wanted.edges)
    told = [*found, *((yield from watch.steps(wanted, before, after, found, entities)) if watch else ())]
    rows = []
    if outbox:
        waiting = {row["id"] for row in (yield from ask("read_outbox", ids=sorted({c.id for c in told})))}
        at = max(row.get("clock", 0) for row in entities.values())  # LadybugDB has one writer and counts by itself
        now = time.time_ns() // 1000
        rows = [
            {"id": c.id, "at": at, "place": n, "value": c.to_bytes().decode(), "written": now}
            for n, c in enumerate(told)
            if c.id not in waiting
        ]
    yield from together(*naming, then=Query("write_outbox", {"rows": rows}))
    return found


def _overtaken(standings: Mapping[str, Standing], batch: Sequence[Contribution]) -> dict[str, Revision]:
    last = {contribution.document: contribution.revision for contribution in batch}
    held = {name: Revision(*standings[name].rank[:2]) for name in last}
    return {name: held[name] for name in last if last[name] < held[name]}


def upgrade(*, limit: int) -> Steps[int]:
    """Count anew edges that an older version wrote, which has no weights; how many, 0 where none is left."""
    edges = {row["key"]: Ends(row["subject"], row["predicate"], row["object"]) for row in (yield from ask("all_uncounted", limit=limit))}
    curies = sorted({curie for ends in edges.values() for curie in (ends.subject, ends.object)})
    lock = _lock(curies)
    _held((yield from together(lock, then=Query("read_entities", {"curies": curies}))), lock)
    found = yield from summaries(sorted(edges))
    yield from ask("update_edges", rows=[_edge(key, edges[key], found[key]) for key in sorted(found)])
    return len(found)


def _read(names: Iterable[str]) -> Steps[tuple[dict[str, Standing], dict[str, Ends], set[str]]]:
    """Lock the articles and read their standings; then those of the articles that they retracted until now.

    Also the ends of the edges that they state, and which articles LadybugDB does not have yet; Neo4j creates what it locks.

    The second lock can cross another writer's order. It is rare (a notice that changes its target), and the
    database resolves it by failing one of the two, which then tries again.
    """
    standings: dict[str, Standing] = {}
    edges: dict[str, Ends] = {}
    absent: set[str] = set()
    missing = sorted(names)
    while missing:
        locked = yield from ask("lock_articles", ids=missing)
        found = {row["id"]: _standing(row) for row in locked}
        standings |= {name: found.get(name) or Standing() for name in missing}
        absent |= set(missing) - found.keys()
        missing = sorted(found)
        bearings: dict[str, set[Bearing]] = {name: set() for name in missing}
        given = bool(locked) and "links" in locked[0]  # Neo4j gives them at once
        links = [link for row in locked for link in row["links"]] if given else (yield from ask("read_links", ids=missing))
        for link in links:
            if link["source"] in bearings:
                bearings[link["source"]].add(Bearing(link["kind"], link["target"]))
            if link["kind"] == LinkKind.RETRACTS and link["target"] in bearings:
                standings[link["target"]].notices.add(link["source"])
        for name, linked in bearings.items():
            standings[name].bearings = frozenset(linked)
        live = [name for name in missing if standings[name].state is State.LIVE]  # no other has evidence
        for row in (yield from ask("read_evidence", ids=live)):
            edges[row["key"]] = Ends(row["subject"], row["predicate"], row["object"])
            standings[row["document"]].evidence[row["id"]] = Held(row["key"], Polarity(row["polarity"]))
        missing = sorted(set().union(*map(retractions, bearings.values())) - standings.keys())
    return standings, edges, absent


def _lock(curies: Sequence[str]) -> Query:
    """Locks the entities, each of which it creates where it is missing, and leaves a number on them that nobody else has."""
    mark = secrets.randbits(53)
    return Query("lock_entities", {"rows": [{"curie": curie, "lock": mark} for curie in curies]})


def _held(stored: Sequence[Row], lock: Query) -> None:
    """Raise `Crossed` where one of the entities is not the one that was locked: another writer removed that one meanwhile.

    A relation to it would be lost, and with it the way to its evidence. The embedded engine has one writer.
    """
    marks = {row["curie"]: row["lock"] for row in lock.parameters["rows"]}
    if {row["curie"]: row.get("locked", marks[row["curie"]]) for row in stored} != marks:
        raise Crossed("an entity was removed by another writer")


def _standing(row: Row) -> Standing:
    answered = row["state"] != State.FAILED and row["epoch"] >= 0
    return Standing(
        rank=Rank(row["epoch"], row["offset"], row["generation"], answered),
        state=State(row["state"]),
        title=row["title"],
        journal=row["journal"],
        year=row["year"],
        own_retracted=row["own_retracted"],
        retracted=row["retracted"],
    )


def _ends(key: str, ends: Ends) -> dict[str, Any]:
    return {"key": key, "subject": ends.subject, "predicate": ends.predicate, "object": ends.object}


def _edge(key: str, ends: Ends, row: Row) -> dict[str, Any]:
    edge = _ends(key, ends) | {
        "papers": row["papers"],
        "negated": row["negated"],
        "speculated": row["speculated"],
        "weight": row["weight"],
        "disputed": min(row["papers"], row["negated"]),
        "first_year": row["first_year"] or 0,
        "last_year": row["last_year"] or 0,
        "best": row["best"] or "",
        "subject_label": row["subject_label"],
        "object_label": row["object_label"],
    }
    return edge | {"state": state(edge)}


def _labels(edges: Mapping[str, Ends], rows: Mapping[str, Row]) -> dict[str, set[str]]:
    """What the given edges call each entity."""
    found: dict[str, set[str]] = {}
    for key, row in rows.items():
        found.setdefault(edges[key].subject, set()).add(row["subject_label"])
        found.setdefault(edges[key].object, set()).add(row["object_label"])
    return found


def _named(stored: list[Row], wanted: Difference, before: Mapping[str, Row], after: Mapping[str, Row]) -> Steps[dict[str, Row]]:
    """Each touched entity by CURIE with its label and its degree; one without an edge is to be removed.

    An entity's label (type and name) is the smallest in text order that any of its edges states, so that it does not depend on
    the order of arrival. All of its edges are looked through only where an edge that stated the present label changed its mind.
    """
    moved: Counter[str] = Counter()
    for key in before.keys() ^ after.keys():
        for curie in (wanted.edges[key].subject, wanted.edges[key].object):
            moved[curie] += 1 if key in after else -1
    # Neo4j keeps count of its relationships; LadybugDB would count them.
    entities = {row["curie"]: {"degree": row["stored_degree"] + moved[row["curie"]]} | row for row in stored}
    stated, no_longer = _labels(wanted.edges, after), _labels(wanted.edges, before)
    labels: dict[str, str] = {}
    unsure = []
    for curie, row in entities.items():
        present = row["label"]
        labels[curie] = min(stated.get(curie, set()) | ({present} if present else set()), default="")
        if present in no_longer.get(curie, set()) and present not in stated.get(curie, set()):
            unsure.append(curie)
    for row in (yield from ask("read_labels", curies=[curie for curie in unsure if entities[curie]["degree"]])):
        labels[row["curie"]] = min(label for label in (row["as_subject"], row["as_object"]) if label)
    found = {}
    for curie, row in entities.items():
        kind, _, name = labels[curie].partition("|")
        found[curie] = row | {
            "stored_label": row["label"],
            "label": labels[curie],
            "type": kind,
            "name": name,
            "search": name.casefold()[:SEARCHED],
        }
    return found
