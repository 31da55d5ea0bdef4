"""What an edge's evidence comes to. Neo4j counts it by `recount.cypher`, so that a hub's evidence never travels; here it is counted where
it is at hand: for LadybugDB, which gives the evidence sooner than its counts, and what is new of edges that only gain papers, which most of
a new document's are. The contract's oracle holds the two together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from graphstore.confidence import share
from graphstore.contribution import Polarity
from graphstore.steps import Row, Steps, ask


def summaries(keys: list[str]) -> Steps[dict[str, Row]]:
    """By key what all of each edge's evidence comes to."""
    return summarised((yield from ask("recount", keys=keys)))


def summarised(rows: list[Row]) -> dict[str, Row]:
    """By key the summaries in the rows of `recount`, or what the evidence that it gives comes to."""
    return counted(rows) if rows and "polarity" in rows[0] else {row["key"]: row for row in rows}


def state(row: Mapping[str, Any]) -> str:
    """A summary as the text that LadybugDB keeps at an edge's key; see its schema.cypher."""
    numbers = (row[name] for name in ("papers", "negated", "speculated", "weight", "first_year", "last_year"))
    label = row["subject_label"]
    return ";".join(map(str, (*numbers, row["best"], len(label), label + row["object_label"])))


def read(rows: list[Row]) -> dict[str, Row]:
    """By key the summaries that edges keep, from the rows of `read_edges`."""
    return {row["key"]: _told(row["key"], row["state"]) if "state" in row else row for row in rows}


def _told(key: str, state: str) -> Row:
    *numbers, best, size, labels = state.split(";", 8)
    papers, negated, speculated, weight, first_year, last_year = map(int, numbers)
    return {
        "key": key,
        "papers": papers,
        "negated": negated,
        "speculated": speculated,
        "weight": weight,
        "first_year": first_year,
        "last_year": last_year,
        "best": best,
        "subject_label": labels[: int(size)],
        "object_label": labels[int(size) :],
    }


def merged(one: Row, other: Row) -> Row:
    """The summary of an edge from those of two parts of its evidence that have no paper in common."""
    years = [row[name] for row in (one, other) for name in ("first_year", "last_year") if row[name]]
    sums = {name: one[name] + other[name] for name in ("papers", "negated", "speculated", "weight")}
    labels = {name: min(one[name], other[name]) for name in ("subject_label", "object_label")}
    best = max(one["best"] or "", other["best"] or "")
    return {"key": one["key"], "first_year": min(years, default=0), "last_year": max(years, default=0), "best": best} | sums | labels


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
