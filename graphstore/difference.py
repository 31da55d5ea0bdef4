"""What a batch of contributions changes: the old standing of its documents in, the difference out. Pure.

Nothing here adds to a stored counter. The difference says which evidence comes, goes or is marked retracted; the store
recounts every touched edge from its evidence. The counts worked out here only say what each document *caused*.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from graphstore.contribution import UNSEEN, Bearing, Contribution, Ends, Polarity, Rank, State, Statement
from processors.records import Change, ChangeKind, Counts, LinkKind, Predicate


class Held(NamedTuple):
    """One evidence as far as counting needs it."""

    key: str
    polarity: Polarity


@dataclass(slots=True)
class Standing:
    """What the graph holds of one document."""

    rank: Rank = UNSEEN
    state: State = State.UNSEEN
    title: str = ""
    journal: str = ""
    year: int = 0
    own_retracted: bool = False  # its own record says so
    retracted: bool = False  # as stored; the truth is `own_retracted or notices`
    bearings: frozenset[Bearing] = frozenset()  # its links to other articles
    notices: set[str] = field(default_factory=set)  # live articles whose link retracts this one
    evidence: dict[str, Held] = field(default_factory=dict)

    @property
    def retracts(self) -> frozenset[str]:
        return retractions(self.bearings)

    @property
    def is_retracted(self) -> bool:
        return self.own_retracted or bool(self.notices)

    def copy(self) -> "Standing":
        return replace(self, notices=set(self.notices), evidence=dict(self.evidence))

    def row(self, document: str) -> dict[str, Any]:
        """What the stores write of it."""
        return {
            "id": document,
            "epoch": self.rank.epoch,
            "offset": self.rank.offset,
            "generation": self.rank.generation,
            "state": self.state.value,
            "title": self.title,
            "journal": self.journal,
            "year": self.year,
            "own_retracted": self.own_retracted,
            "retracted": self.is_retracted,
        }

    def counted(self) -> dict[str, tuple[int, int, int]]:
        """By edge key: does this document count as a positive, a negated, a speculated paper (0 or 1 each)?"""
        if self.is_retracted:
            return {}
        polarities: dict[str, set[Polarity]] = defaultdict(set)
        for held in self.evidence.values():
            polarities[held.key].add(held.polarity)
        return {
            key: (int(Polarity.POSITIVE in seen), int(Polarity.NEGATED in seen), int(Polarity.SPECULATED in seen))
            for key, seen in polarities.items()
        }


def retractions(bearings: Iterable[Bearing]) -> frozenset[str]:
    """The articles that these links retract. All others are shown only: they change no count."""
    return frozenset(bearing.target for bearing in bearings if bearing.kind == LinkKind.RETRACTS)


class Cause(NamedTuple):
    """By how much one document's message moved the counts of one edge."""

    contribution: Contribution
    key: str
    papers: int
    negated: int
    speculated: int


@dataclass(slots=True)
class Difference:
    """What must be written, each list in sorted order; `edges` names every edge whose evidence changes.

    What an edge comes to is a sum over its papers, and least and greatest values: of evidence of papers that stated nothing of it before
    the sum is taken with the stored one, as a recount of all would give it. The edges in `again` are recounted.
    """

    articles: list[dict[str, Any]]
    retractions_gone: list[dict[str, str]]
    retractions_new: list[dict[str, str]]
    bearings_gone: list[dict[str, str]]  # links that retract nothing
    bearings_new: list[dict[str, str]]
    evidence_gone: list[dict[str, str]]
    evidence_new: list[dict[str, Any]]
    evidence_marked: list[dict[str, Any]]  # documents whose kept evidence becomes retracted, or counts again
    edges: dict[str, Ends]
    again: set[str]  # of these the edges that do not just gain evidence of papers new to them
    causes: list[Cause]

    @property
    def entities(self) -> list[str]:
        """Every entity at the end of a touched edge."""
        return sorted({curie for ends in self.edges.values() for curie in (ends.subject, ends.object)})


def concerned(batch: Iterable[Contribution]) -> list[str]:
    """The articles that a batch locks: its documents, and those that they link to; sorted, so that two writers never cross."""
    return sorted({name for c in batch for name in (c.document, *(bearing.target for bearing in c.bearings))})


def difference(before: Mapping[str, Standing], batch: Sequence[Contribution], edges: Mapping[str, Ends]) -> Difference:
    """Apply the batch in its order to the standing of its documents (and of all they retract or retracted).

    `edges` gives the ends of every key that the old evidence names.
    """
    after = {name: standing.copy() for name, standing in before.items()}
    ends = dict(edges)
    new: dict[str, Statement] = {}
    causes: list[Cause] = []
    for contribution in batch:
        if contribution.rank < after[contribution.document].rank:
            continue
        statements = contribution.statements()
        new |= statements
        ends |= {s.key: Ends(s.subject, s.predicate, s.object) for s in statements.values()}
        causes += _replace(after, contribution, statements)
    return _compare(before, after, new, ends, causes)


def _replace(after: dict[str, Standing], contribution: Contribution, statements: Mapping[str, Statement]) -> list[Cause]:
    """Replace one document's contribution in place and say what it moved."""
    name = contribution.document
    old = after[name]
    retracts = retractions(contribution.bearings)
    moved = {name, *(old.retracts ^ retracts)}
    counts = {document: after[document].counted() for document in moved}
    article = contribution.live.article if contribution.live else None
    after[name] = Standing(
        rank=contribution.rank,
        state=contribution.state,
        title=article.title if article else "",
        journal=(article.journal or "") if article else "",
        year=(article.year or 0) if article else 0,
        own_retracted=contribution.retracted,
        retracted=old.retracted,
        bearings=contribution.bearings,
        notices=old.notices,
        evidence={s.id: Held(s.key, s.polarity) for s in statements.values()},
    )
    for target in old.retracts - retracts:
        after[target].notices.discard(name)
    for target in retracts - old.retracts:
        after[target].notices.add(name)
    deltas: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for document in moved:
        for sign, counted in ((-1, counts[document]), (1, after[document].counted())):
            for key, flags in counted.items():
                for place, flag in enumerate(flags):
                    deltas[key][place] += sign * flag
    return [Cause(contribution, key, *delta) for key, delta in sorted(deltas.items()) if any(delta)]


def _compare(
    before: Mapping[str, Standing],
    after: Mapping[str, Standing],
    new: Mapping[str, Statement],
    ends: Mapping[str, Ends],
    causes: list[Cause],
) -> Difference:
    articles, gone, created, marked = [], [], [], []
    links_gone: list[tuple[str, Bearing]] = []
    links_new: list[tuple[str, Bearing]] = []
    touched: set[str] = set()
    again: set[str] = set()
    for name in sorted(after):
        old, now = before[name], after[name]
        if old.row(name) | {"retracted": old.retracted} != now.row(name):
            articles.append(now.row(name))
        links_gone += [(name, bearing) for bearing in sorted(old.bearings - now.bearings)]
        links_new += [(name, bearing) for bearing in sorted(now.bearings - old.bearings)]
        for id_ in sorted(old.evidence.keys() - now.evidence.keys()):
            gone.append({"document": name, "key": old.evidence[id_].key, "id": id_})
            again.add(old.evidence[id_].key)
        stated = {held.key for held in old.evidence.values()}
        for id_ in sorted(now.evidence.keys() - old.evidence.keys()):
            created.append(new[id_].row() | {"retracted": now.is_retracted})
            (again if new[id_].key in stated else touched).add(new[id_].key)
        kept = {old.evidence[id_].key for id_ in old.evidence.keys() & now.evidence.keys()}
        if kept and old.retracted != now.is_retracted:
            marked.append({"document": name, "retracted": now.is_retracted})
            again |= kept
    return Difference(
        articles=articles,
        retractions_gone=_rows(links_gone, retracting=True),
        retractions_new=_rows(links_new, retracting=True),
        bearings_gone=_rows(links_gone, retracting=False),
        bearings_new=_rows(links_new, retracting=False),
        evidence_gone=gone,
        evidence_new=created,
        evidence_marked=marked,
        edges={key: ends[key] for key in sorted(touched | again | {cause.key for cause in causes})},
        again=again,
        causes=causes,
    )


def _rows(links: Iterable[tuple[str, Bearing]], *, retracting: bool) -> list[dict[str, str]]:
    return [
        {"source": source, "kind": bearing.kind, "target": bearing.target}
        for source, bearing in links
        if (bearing.kind == LinkKind.RETRACTS) is retracting
    ]


def changes(causes: Iterable[Cause], before: Mapping[str, Counts], edges: Mapping[str, Ends]) -> list[Change]:
    """One change for each edge that a document's message moved, in order, with the counts before and after it."""
    now = dict(before)
    found = []
    for cause in causes:
        old = now.get(cause.key, Counts())
        new = Counts(papers=old.papers + cause.papers, negated=old.negated + cause.negated, speculated=old.speculated + cause.speculated)
        now[cause.key] = new
        ends, contribution = edges[cause.key], cause.contribution
        told = f"{cause.key}\n{contribution.document}\n{contribution.rank}\n{old.model_dump_json()}\n{new.model_dump_json()}"
        found.append(
            Change(
                id=hashlib.sha256(told.encode()).hexdigest()[:32],
                edge=cause.key,
                kind=kind_of(old, new),
                subject=ends.subject,
                predicate=Predicate(ends.predicate),
                object=ends.object,
                before=old,
                after=new,
                document=contribution.document,
                revision=str(contribution.revision),
            )
        )
    return found


def kind_of(old: Counts, new: Counts) -> ChangeKind:
    """What became of an edge whose counts were the old and are the new ones."""
    nothing = Counts()
    if old == nothing:
        return ChangeKind.APPEARED
    if new == nothing:
        return ChangeKind.VANISHED
    stronger = (new.papers, -new.negated, new.speculated) > (old.papers, -old.negated, old.speculated)
    return ChangeKind.STRENGTHENED if stronger else ChangeKind.WEAKENED
