"""How well mentions are linked: document id sets by type, as the shared PubTator scorer counts them.

For each document and type the set of all identifiers of its mentions is compared with the gold set; true and false
positives are summed over documents. A mention without a gold identifier adds nothing to the gold set, and a local
identifier nothing to the predicted one. Joined identifiers count one by one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from processors.outputs.pubtator import identifier_column
from processors.records import Curie, EntityType
from processors.sources.pubtator import AnnotatedDocument

_PREFIX = re.compile(r"^(mesh|omim|mim|ncbigene|entrez|ncbitaxon|taxonomy|dbsnp|cellosaurus|gene|corresponding)\s*:\s*", re.IGNORECASE)


class Links(Protocol):
    """What is evaluated: anything with a linker's `link`."""

    def link(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[tuple[Curie, ...]]: ...


def evaluate_linking(linker: Links, documents: Iterable[AnnotatedDocument]) -> dict[str, dict[str, float]]:
    """Link the gold mentions of the documents; precision, recall and F1 (percent) and counts by type, and under `ALL`."""
    gold: list[dict[EntityType, set[str]]] = []
    predicted: list[dict[EntityType, set[str]]] = []
    for document in documents:
        mentions = [m for m in document.mentions if m.type is not None]
        spans = [(m.start, m.end, m.type) for m in mentions if m.type is not None]
        links = linker.link(document.abstract.id, document.abstract.text, spans)
        gold.append(id_sets((m.type, m.raw.split(";")[0] if m.type is EntityType.VARIANT else m.raw) for m in mentions if m.type))
        predicted.append(id_sets((kind, identifier_column(curies, kind)) for (_, _, kind), curies in zip(spans, links, strict=True)))
    return score_id_sets(gold, predicted)


def id_sets(mentions: Iterable[tuple[EntityType, str]]) -> dict[EntityType, set[str]]:
    """The scorer's identifier sets of one document by type, out of (type, identifier column) pairs."""
    sets: dict[EntityType, set[str]] = defaultdict(set)
    for kind, raw in mentions:
        for part in re.split(r"[,;|]", raw):
            if part.strip() not in {"", "-", "-1"}:
                sets[kind].add(_PREFIX.sub("", part.strip()).upper())
    return sets


def score_id_sets(gold: Sequence[dict[EntityType, set[str]]], predicted: Sequence[dict[EntityType, set[str]]]) -> dict[str, dict[str, Any]]:
    """Precision, recall, F1 in percent, tp, fp, fn by type and over all types."""
    counts: dict[str, list[int]] = {}
    for wanted, got in zip(gold, predicted, strict=True):
        for kind in wanted.keys() | got.keys():
            w, g = wanted.get(kind, set()), got.get(kind, set())
            for name in (kind.value, "ALL"):
                total = counts.setdefault(name, [0, 0, 0])
                for index, number in enumerate((len(w & g), len(g - w), len(w - g))):
                    total[index] += number
    return {name: _prf(*total) for name, total in sorted(counts.items())}


def _prf(tp: int, fp: int, fn: int) -> dict[str, Any]:
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if tp else 0.0
    return {"p": round(100 * precision, 2), "r": round(100 * recall, 2), "f1": round(100 * f1, 2), "tp": tp, "fp": fp, "fn": fn}
