"""A discovery worked through by hand: what joins two entities once every document that names both is taken away.

Swanson 1986 (doi:10.1353/pbm.1986.0087) joined dietary fish oil and Raynaud's disease, and in 1988 (doi:10.1353/pbm.1988.0009)
magnesium and migraine, by what separate papers say of each; trials later bore both out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from graphstore.measures import Measure
from models.evaluation.discovery.known import Known, Statement
from models.evaluation.discovery.scorers import measured
from models.evaluation.discovery.sources import Dated


@dataclass(frozen=True, slots=True)
class Case:
    """A pair of Swanson's: what its ends and its links are called in a text (patterns), and which ids the ends have."""

    name: str
    a: str
    c: str
    a_ids: tuple[str, ...]
    c_ids: tuple[str, ...]
    links: Mapping[str, str]


CASES = (
    Case(
        "fish oil - Raynaud",
        r"fish[- ]oil|eicosapentaenoic|docosahexaenoic|omega[- ]3",
        r"raynaud",
        ("mesh:D005395", "mesh:D015525", "mesh:D015118", "mesh:D004281"),
        ("mesh:D011928",),
        {"blood viscosity": r"viscosity", "platelet aggregation": r"platelet aggregat", "vascular reactivity": r"vasoconstrict|vasospas"},
    ),
    Case(
        "magnesium - migraine",
        r"magnesium",
        r"migraine",
        ("mesh:D008274",),
        ("mesh:D008881",),
        {
            "calcium channel blockers": r"calcium[- ](?:channel|antagonist|entry)",
            "epilepsy": r"epilep",
            "hypoxia": r"hypoxi",
            "inflammation": r"inflammat",
            "platelet activity": r"platelet",
            "prostaglandins": r"prostaglandin",
            "serotonin": r"serotonin|5-ht|5-hydroxytryptamine",
            "spreading cortical depression": r"spreading (?:cortical )?depression",
            "stress and type A personality": r"\bstress|type a (?:behavio|personalit)",
            "substance P": r"substance p\b",
            "vascular tone and reactivity": r"vasoconstrict|vasospas|vascular (?:tone|reactivity)",
        },
    ),
)
"""The two pairs with the links that Swanson gives."""


def in_texts(case: Case, texts: Iterable[str]) -> dict[str, Any]:
    """How many texts name each end, both, and each link with either end: by words alone."""
    ends = {"a": re.compile(case.a, re.IGNORECASE), "c": re.compile(case.c, re.IGNORECASE)}
    links = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in case.links.items()}
    counts = {"texts": 0, "a": 0, "c": 0, "both": 0}
    joined = {name: {"with_a": 0, "with_c": 0} for name in links}
    for text in texts:
        counts["texts"] += 1
        named = [end for end, pattern in ends.items() if pattern.search(text)]
        for end in named:
            counts[end] += 1
        counts["both"] += len(named) == 2
        if len(named) == 1:
            for name, pattern in links.items():
                joined[name][f"with_{named[0]}"] += bool(pattern.search(text))
    return {**counts, "links": joined}


def worked(case: Case, dated: Dated, *, sentences: int = 2) -> dict[str, Any]:
    """The case on the graph: for the best of the ends' ids, the links that remain without the documents that name both, with sentences;
    the rank of the other end among all that is open to the first by each measure; and what the documents that name both state."""
    known = Known.of(dated.statements)
    ends = [[i for i in ids if i in known.network.place] for ids in (case.a_ids, case.c_ids)]
    if not all(ends):
        lacking = [name for name, found in (("a", ends[0]), ("c", ends[1])) if not found]
        return {"supported": False, "lacking": lacking}
    a, c = (max(found, key=lambda i: (int(known.network.degrees[known.network.place[i]]), i)) for found in ends)
    both = {pmid for pmid, named in dated.entities.items() if a in named and c in named}
    apart = [row for row in dated.statements if row.document not in both]
    stated = [row for row in dated.statements if row.document in both and {row.a, row.b} == {a, c}]
    without = Known.of(row for row in apart if {row.a, row.b} != {a, c})
    found: dict[str, Any] = {
        "a": {"id": a, "name": dated.names[a]},
        "c": {"id": c, "name": dated.names[c]},
        "named_together": sorted(both),
        "stated_together": [_sentence(row) for row in sorted(stated, key=lambda row: -row.probability)[:sentences]],
    }
    network = without.network
    if a not in network.place or c not in network.place:
        return {**found, "supported": False, "links": [], "ranks": {}}
    near = [set(network.neighbours(network.place[end]).tolist()) for end in (a, c)]
    links = sorted(near[0] & near[1], key=lambda node: (int(network.degrees[node]), network.ids[node]))
    found["links"] = [
        {
            "id": network.ids[node],
            "name": dated.names[network.ids[node]],
            "type": network.types[node],
            "degree": int(network.degrees[node]),
            "a": _evidence(apart, a, network.ids[node], sentences),
            "c": _evidence(apart, c, network.ids[node], sentences),
        }
        for node in links
    ]
    return {**found, "supported": bool(links), "ranks": _ranks(without, a, c) if links else {}}


def _ranks(known: Known, a: str, c: str) -> dict[str, dict[str, int]]:
    """The place of C among everything of its type that is two steps from A and not joined to it; ties take the middle place."""
    network = known.network
    start = network.place[a]
    near = set(network.neighbours(start).tolist())
    beyond = {int(node) for middle in near for node in network.neighbours(middle)} - near - {start}
    others = np.array(sorted(node for node in beyond if network.types[node] == network.types[network.place[c]]), dtype=np.int64)
    scores = measured(known, np.stack([np.full(len(others), start), others], axis=1))
    place = int(np.flatnonzero(others == network.place[c])[0])
    return {
        str(measure): {
            "rank": int((values > values[place]).sum() + ((values == values[place]).sum() + 1) // 2),
            "of": len(others),
        }
        for measure, values in scores.items()
        if isinstance(measure, Measure)
    }


def _evidence(statements: Sequence[Statement], a: str, b: str, most: int) -> list[dict[str, Any]]:
    rows = [row for row in statements if {row.a, row.b} == {a, b}]
    return [_sentence(row) for row in sorted(rows, key=lambda row: (-row.probability, row.document))[:most]]


def _sentence(row: Statement) -> dict[str, Any]:
    return {"pmid": row.document, "predicate": row.predicate, "probability": row.probability, "sentence": row.sentence}
