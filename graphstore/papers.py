"""Questions about papers: the sentences behind an edge, and how an article stands."""

from collections import defaultdict
from collections.abc import Iterable

from graphstore.answers import Bond, Claim, Paper, Sentence
from graphstore.contribution import Polarity, State, keys_between
from graphstore.errors import GraphUnknownArticle
from graphstore.questions import known
from graphstore.rows import sentence_of
from graphstore.steps import Row, Steps, a_text, ask, bounded
from processors.records import LinkKind, Predicate


def evidence(subject: str, object_: str, predicate: Predicate | None, polarity: Polarity | None, *, limit: int) -> Steps[list[Sentence]]:
    """The sentences behind the edges of two entities: those that count first, positive ones first, the most probable first."""
    bounded("limit", limit, 1, 1000)
    yield from known(subject, object_)
    rows = yield from ask("evidence", keys=keys_between(subject, object_, predicate), polarity=polarity or "", limit=limit)
    retracting = yield from _retracting(rows)
    return [sentence_of(row, retracting.get(row["document"], ())) for row in rows]


def paper(id_: str, *, limit: int) -> Steps[Paper]:
    """How an article stands, with its first `limit` claims in the order of its text."""
    bounded("limit", limit, 0, 1000)
    a_text(id_)
    rows = yield from ask("read_articles", ids=[id_])
    if not rows:
        raise GraphUnknownArticle(f"the graph has no article {id_}", remedy="Name it by its PMID or CURIE, such as pubmed:12345678.")
    bonds = yield from ask("paper_links", ids=[id_])
    claims = yield from ask("paper_evidence", ids=[id_])
    (found,) = yield from _papers(rows)
    return found.model_copy(
        update={
            "links": tuple(sorted((_bond(row) for row in bonds), key=lambda bond: (bond.kind, bond.source, bond.target))),
            "evidence": len(claims),
            "claims": tuple(_claim(row, found.retracted_by) for row in sorted(claims, key=place)[:limit]),
        }
    )


def retracted(*, limit: int) -> Steps[list[Paper]]:
    """The retracted articles that the graph holds, without their claims and links; the newest first."""
    bounded("limit", limit, 1, 1000)
    return (yield from _papers((yield from ask("retracted", limit=limit))))


def _papers(rows: list[Row]) -> Steps[list[Paper]]:
    retracting = yield from _retracting(rows, "id")
    return [
        Paper(
            id=row["id"],
            title=row["title"],
            journal=row["journal"] or None,
            year=row["year"] or None,
            state=State(row["state"]),
            retracted=row["retracted"],
            retracted_by=retracting.get(row["id"], ()),
        )
        for row in rows
    ]


def _retracting(rows: Iterable[Row], name: str = "document") -> Steps[dict[str, tuple[str, ...]]]:
    """By retracted article: the records that retract it, its own first."""
    own = {row[name]: row["own_retracted"] for row in rows if row["retracted"]}
    others: dict[str, set[str]] = defaultdict(set)
    for row in (yield from ask("read_links", ids=sorted(own))):
        if row["kind"] == LinkKind.RETRACTS:
            others[row["target"]].add(row["source"])
    return {id_: ((id_,) if says_so else ()) + tuple(sorted(others[id_])) for id_, says_so in own.items()}


def _bond(row: Row) -> Bond:
    return Bond(**{**row, "kind": LinkKind(row["kind"])})


def _claim(row: Row, retracted_by: tuple[str, ...]) -> Claim:
    return Claim(
        subject=row["subject"],
        subject_name=row["subject_label"].partition("|")[2],
        object=row["object"],
        object_name=row["object_label"].partition("|")[2],
        sentence=sentence_of(row, retracted_by),
    )


def place(row: Row) -> tuple[int, int, str, str]:
    """Sorts evidence as it stands in its paper's text."""
    return row["sentence_start"], row["subject_start"], row["key"], row["id"]
