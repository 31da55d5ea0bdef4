"""Random histories of a few documents: everything that can happen to one, in any order and cut into any batches."""

from enum import StrEnum
from typing import NamedTuple

from hypothesis import strategies as st

from graphstore import Contribution
from processors.records import Predicate, Relation, Revision
from tests.graphstore.documents import document, listed, relation, tombstone

DOCUMENTS = 4
NOTICE = 10  # the notice that retracts document n is document 10 + n


class Kind(StrEnum):
    """What happens; `REVISED` is also how an article comes, and comes back after a deletion."""

    REVISED = "revised"
    REEXTRACTED = "re-extracted by a newer model"
    FAILED = "failed"
    DELETED = "deleted"
    MARKED = "retracted by its own record"
    NOTICED = "retracted by a notice"
    LISTED = "retracted by a list"
    NOTICE_GONE = "the notice is taken back"
    LIST_GONE = "the list's entry is taken back"
    REPLAYED = "an earlier message comes again"
    LATE = "an older revision comes for the first time"


class Move(NamedTuple):
    """One thing that happens to a document. `pick` chooses among what came before; `cut` ends the batch."""

    kind: Kind
    number: int
    relations: tuple[Relation, ...]
    year: int | None
    pick: int
    cut: bool


relations = st.builds(
    relation,
    st.sampled_from("aaac"),
    st.sampled_from("bbbd"),
    predicate=st.sampled_from((Predicate.ASSOCIATION, Predicate.ASSOCIATION, Predicate.BIND)),
    probability=st.sampled_from((0.0, 0.5, 0.75, 0.9, 1.0)),
    negated=st.sampled_from((None, False, False, True)),
    speculated=st.sampled_from((None, False, False, True)),
    place=st.integers(0, 1),
    names=st.tuples(st.sampled_from((None, "Other")), st.sampled_from((None, "Zeta"))),
)
moves = st.builds(
    Move,
    kind=st.sampled_from((Kind.REVISED, *Kind)),
    number=st.integers(0, DOCUMENTS - 1),
    relations=st.lists(relations, max_size=4).map(tuple),
    year=st.sampled_from((None, 1990, 2005, 2020)),
    pick=st.integers(0, 99),
    cut=st.booleans(),
)
histories = st.lists(moves, min_size=1, max_size=16)


def played(history: list[Move]) -> list[list[Contribution]]:
    """A history as the batches that a graph agent applies."""
    batches: list[list[Contribution]] = [[]]
    told: list[Contribution] = []
    for offset, move in enumerate(history, start=1):
        told.append(_message(move, 10 * offset, told))
        batches[-1].append(told[-1])
        if move.cut:
            batches.append([])
    return [batch for batch in batches if batch]


def _message(move: Move, offset: int, told: list[Contribution]) -> Contribution:
    number, body = move.number, move.relations
    match move.kind:
        case Kind.FAILED:
            return document(number, offset, *body, year=move.year, failed=True)
        case Kind.DELETED:
            return tombstone(number, offset)
        case Kind.MARKED:
            return document(number, offset, *body, year=move.year, retracted=True)
        case Kind.NOTICED:
            return document(NOTICE + number, offset, *body, retracts=(number,))
        case Kind.LISTED:
            return listed(number, offset)
        case Kind.NOTICE_GONE:
            return tombstone(NOTICE + number, offset)
        case Kind.LIST_GONE:
            return tombstone(f"retraction:{number}", offset)
        case Kind.REPLAYED if told:
            return told[move.pick % len(told)]
        case Kind.LATE:
            return document(number, max(offset - 10 * (move.pick % 5) - 5, 1), *body, year=move.year)
        case Kind.REEXTRACTED:
            own = [c for c in told if c.document == f"pubmed:{number}" and c.relations]
            if own:
                again = document(number, 0, *body, year=move.year, generation=own[-1].generation + 1)
                return Contribution.of(again.relations, Revision(*own[-1].revision)) if again.relations else again
    return document(number, offset, *body, year=move.year)
