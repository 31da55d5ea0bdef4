"""Scores of one document against its gold annotations, as counts by name."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import LABELS, PREDICATES, Document
from models.corpora.entities import NO_ID
from models.evaluation.counts import Counts
from processors.records import EntityType

ALL = "all"
PAIR, TYPED = "pair", "typed"


def spans(document: Document, predicted: Iterable[tuple[int, int, EntityType]], types: Iterable[EntityType]) -> dict[str, Counts]:
    """Strict spans: start, end and type must be equal. By type, and `all` over the types that the corpus annotates."""
    found = set(predicted)
    counts = {}
    for kind in types:
        gold = {(m.start, m.end) for m in document.mentions if m.type == kind}
        counts[kind.value] = Counts.of(gold, {(s, e) for s, e, k in found if k == kind})
    counts[ALL] = Counts.total(counts.values())
    return counts


def relations(document: Document, predicted: Iterable[tuple[str, str, str]]) -> dict[str, Counts]:
    """Undirected pairs of ids, and pairs with their relation type. `predicted` holds (id, id, type)."""
    gold_typed = {(frozenset(pair), kind) for pair, kind in document.relations.items() if kind in PREDICATES}
    found_typed = {(frozenset((a, b)), kind) for a, b, kind in predicted if a != b}
    counts = {
        PAIR: Counts.of({pair for pair, _ in gold_typed}, {pair for pair, _ in found_typed}),
        TYPED: Counts.of(gold_typed, found_typed),
    }
    for kind in PREDICATES:
        gold = {pair for pair, k in gold_typed if k == kind}
        counts[kind] = Counts.of(gold, {pair for pair, k in found_typed if k == kind})
    return counts


def decided(ids: Sequence[str], pairs: NDArray[np.int64], labels: NDArray[np.int64]) -> list[tuple[str, str, str]]:
    """Pairs (P, 2) of entity numbers and their labels (P) as relations between ids, without None and without entities that have no id."""
    return [
        (ids[a], ids[b], LABELS[k])
        for (a, b), k in zip(pairs.tolist(), labels.tolist(), strict=True)
        if k and not ids[a].startswith(NO_ID) and not ids[b].startswith(NO_ID)
    ]
