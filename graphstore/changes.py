"""What the papers of some years changed: the graph as of one year against the graph as of a later one.

Both are recounted from evidence. A paper that is retracted today counted until the year of the notice that retracts it; where no
notice of a known year is in the graph, it counts in neither.
"""

from collections import Counter

from graphstore.answers import Edge, Entity
from graphstore.contribution import COUNTS, Polarity
from graphstore.difference import kind_of
from graphstore.errors import GraphBadQuery
from graphstore.lens import Answers, Lens, Notes
from graphstore.questions import known
from graphstore.routes import WIDE
from graphstore.rows import edge_of, entity_of
from graphstore.steps import Row, Steps, ask, bounded
from processors.records import ChangeKind, Counts, Part


class Development(Part):
    """How an edge changed between two years.

    `edge` is as it stood at the later one, and `before` are its counts at the earlier one. `retracted` counts the papers of any
    polarity that a notice of the years between took away.
    """

    kind: ChangeKind
    subject: Entity
    object: Entity
    edge: Edge
    before: Counts
    retracted: int


def changes(since: int, until: int, curie: str | None, lens: Lens, *, limit: int) -> Steps[Answers[Development]]:
    """The edges (of one entity) whose counts differ between the end of `since` and the end of `until`, the largest difference first.

    An edge is shown that had `min_papers` positive papers at either time.
    """
    bounded("limit", limit, 1, 1000)
    if not since < until:
        raise GraphBadQuery(f"{since} is not before {until}", remedy="Ask from an earlier year to a later one.")
    if curie is not None:
        yield from known(curie)
    notes = Notes()
    given = {"curies": [curie] if curie else [""], "since": since, "until": until, "predicate": lens.predicate or ""}
    if curie:
        rows = yield from ask("changed_edges", **given, limit=WIDE + 1)
    else:
        rows = yield from ask("all_changed_edges", **given, limit=WIDE + 1)
    if len(rows) > WIDE:
        notes.bound(f"of the edges with papers of these years only the {WIDE} that have the most today were compared")
        rows.pop()
    taken = yield from ask("withdrawn", **given, limit=WIDE + 1)
    if len(taken) > WIDE:
        notes.bound(f"only {WIDE} of the papers that were retracted were looked at")
        taken.pop()
    edges = {row["key"]: row for row in (*taken, *rows)}
    keys = sorted(edges)
    then = {row["key"]: row for row in (yield from ask("recount_until", keys=keys, until=since))}
    now = {row["key"]: row for row in (yield from ask("recount_until", keys=keys, until=until))}
    before = {key: _counts(then.get(key), _standing(taken, key, since)) for key in keys}
    after = {key: _counts(now.get(key), _standing(taken, key, until)) for key in keys}
    gone = Counter(row["key"] for row in taken if row["year"] <= until and since < row["noticed"] <= until)
    changed = [key for key in keys if before[key] != after[key] and max(before[key].papers, after[key].papers) >= lens.min_papers]
    changed.sort(key=lambda key: (-abs(after[key].papers - before[key].papers), -after[key].papers, key))
    if len(changed) > limit:
        notes.bound(f"the {limit} largest of {len(changed)} differences are shown")
    found = []
    for key in changed[:limit]:
        stood = NOTHING | now.get(key, {}) | after[key].model_dump()
        found.append(
            Development(
                kind=kind_of(before[key], after[key]),
                subject=_end(edges[key], "subject"),
                object=_end(edges[key], "object"),
                edge=edge_of(edges[key] | stood),
                before=before[key],
                retracted=gone[key],
            )
        )
    return notes.on(found)


NOTHING: Row = {"weight": 0, "first_year": 0, "last_year": 0, "best": ""}
"""What is left of an edge without any evidence that counts."""


def _standing(taken: list[Row], key: str, year: int) -> Counter[str]:
    """The papers behind an edge that are retracted today and were not yet at the end of the year, by count."""
    return Counter(COUNTS[Polarity(row["polarity"])] for row in taken if row["key"] == key and row["year"] <= year < row["noticed"])


def _counts(row: Row | None, more: Counter[str]) -> Counts:
    return Counts(**{name: (row[name] if row else 0) + more[name] for name in COUNTS.values()})


def _end(row: Row, end: str) -> Entity:
    told = {name: row[f"{end}_{name}"] for name in ("name", "type", "degree")}
    return entity_of(told | {"curie": row[end]})
