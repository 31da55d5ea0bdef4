"""What an edge's evidence comes to. Neo4j counts it by `recount.cypher`, so that a hub's evidence never travels; here it is counted where
it is at hand: for LadybugDB, which gives the evidence sooner than its counts, and for edges that a batch creates, which most of a new
document's are. The contract's oracle holds the two together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphstore.confidence import share
from graphstore.contribution import Polarity, evidence_of
from graphstore.difference import Difference
from graphstore.steps import Query, Row, Steps, ask, together


def summaries(name: str, keys: list[str]) -> Steps[dict[str, Row]]:
    """By key what the query of that name (`recount` or `read_edges`) says of each edge, or what the evidence that it gives comes to."""
    return summarised((yield from ask(name, keys=keys)))


def summarised(rows: list[Row]) -> dict[str, Row]:
    """By key the summaries in the rows of such a query."""
    return counted(rows) if are_evidence(rows) else {row["key"]: row for row in rows}


def are_evidence(rows: list[Row]) -> bool:
    """Whether a query gave the evidence and not its counts."""
    return bool(rows) and "polarity" in rows[0]


def recounted(read: list[Row], before: Mapping[str, Row], wanted: Difference, writing: Sequence[Query]) -> Steps[dict[str, Row]]:
    """Write the difference; by key what the touched edges then come to. `read` is what a query said of them before, `before` in sum.

    Where it gave the evidence, all of it is at hand: what it gave, without what goes, marked anew, and what comes.
    """
    counting = [] if are_evidence(read) else [key for key in wanted.edges if key in before]
    after = summarised((yield from together(*writing, then=Query("recount", {"keys": counting}))))
    if are_evidence(read):
        gone = {row["id"] for row in wanted.evidence_gone}
        marked = {row["document"]: row["retracted"] for row in wanted.evidence_marked}
        kept = (row for row in read if evidence_of(row["rank"]) not in gone)
        return counted([*(row | {"retracted": marked.get(row["document"], row["retracted"])} for row in kept), *wanted.evidence_new])
    return after | counted(row for row in wanted.evidence_new if row["key"] not in before)


def counted(evidence: Iterable[Mapping[str, Any]]) -> dict[str, Row]:
    """By key the summary of each edge, from rows as `create_evidence` writes them; unknown years and ranks are None."""
    stated: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in evidence:
        stated[row["key"]].append(row)
    return {key: _summary(key, rows) for key, rows in stated.items()}


def _summary(key: str, rows: list[Mapping[str, Any]]) -> Row:
    counting = [row for row in rows if not row["retracted"]]
    papers: dict[Polarity, dict[str, float]] = {polarity: {} for polarity in Polarity}
    for row in counting:
        found = papers[Polarity(row["polarity"])]
        found[row["document"]] = max(row["probability"], found.get(row["document"], 0.0))
    years = [row["year"] for row in counting if row["year"] > 0]
    return {
        "key": key,
        "papers": len(papers[Polarity.POSITIVE]),
        "negated": len(papers[Polarity.NEGATED]),
        "speculated": len(papers[Polarity.SPECULATED]),
        "weight": sum(map(share, papers[Polarity.POSITIVE].values())),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "best": max((row["rank"] for row in counting), default=None),
        "subject_label": min(row["subject_label"] for row in rows),
        "object_label": min(row["object_label"] for row in rows),
    }
