"""Scores of B, I and O, word by word: what a token-level table shows, and what it hides.

Nearly every word is O. So a system that finds nothing has a high accuracy, and half of a mention counts almost like the
whole of it. The same systems' strict spans stand beside these figures wherever they are shown.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import Document
from models.evaluation.baselines.words import Span, encode, words_of
from models.evaluation.counts import drawn
from processors.records import EntityType

TAGS = ("B", "I", "O")


def confusion(document: Document, found: Iterable[Span], types: Collection[EntityType]) -> NDArray[np.int64]:
    """Words by gold tag (rows) and found tag (columns), in the order of `TAGS`; mentions of other types count as nothing."""
    words = words_of(document.text)
    gold = encode(words, [(m.start, m.end, m.type) for m in document.mentions if m.type in types])
    got = encode(words, [span for span in found if span[2] in types])
    matrix = np.zeros((len(TAGS), len(TAGS)), dtype=np.int64)
    for one, other in zip(gold, got, strict=True):
        matrix[TAGS.index(one[0]), TAGS.index(other[0])] += 1
    return matrix


def tag_report(by_document: Sequence[NDArray[np.int64]], *, samples: int = 1000, seed: int = 1) -> dict[str, Any]:
    """Precision, recall and F1 of each tag, accuracy, macro and weighted averages, all in percent.

    `accuracy`, `macro` and `weighted` (F1) have 95 % intervals: the percentile bootstrap over documents, `samples` draws.
    The macro average is the plain mean over the three tags; the weighted one weighs a tag by its share of the gold words.
    """
    table = np.stack(list(by_document)).reshape(-1, 3, 3) if len(by_document) else np.zeros((1, 3, 3), dtype=np.int64)
    whole = _figures(table.sum(axis=0, keepdims=True))
    resampled = _figures(np.einsum("sd,dij->sij", drawn(len(table), samples=samples, seed=seed), table))
    report: dict[str, Any] = {"words": int(table.sum())}
    for number, tag in enumerate(TAGS):
        report[tag] = {name: _percent(whole[name][0, number]) for name in ("precision", "recall", "f1")}
    weights = whole["weights"][0]
    for average, share in (("macro", np.full(3, 1 / 3)), ("weighted", weights)):
        report[average] = {name: _percent(whole[name][0] @ share) for name in ("precision", "recall", "f1")}
        sample = resampled["f1"].mean(axis=1) if average == "macro" else (resampled["f1"] * resampled["weights"]).sum(axis=1)
        report[average]["f1_95"] = _interval(sample)
    report["accuracy"] = {"accuracy": _percent(whole["accuracy"][0]), "accuracy_95": _interval(resampled["accuracy"])}
    return report


def _figures(matrices: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Of confusion matrices (S, 3, 3): shares by tag (S, 3), accuracies (S); a share of nothing is 0."""
    right = matrices.diagonal(axis1=1, axis2=2).astype(np.float64)
    gold, found = matrices.sum(axis=2), matrices.sum(axis=1)
    words = np.maximum(matrices.sum(axis=(1, 2)), 1)
    return {
        "precision": right / np.maximum(found, 1),
        "recall": right / np.maximum(gold, 1),
        "f1": 2 * right / np.maximum(gold + found, 1),
        "weights": gold / words[:, None],
        "accuracy": right.sum(axis=1) / words,
    }


def _interval(sample: NDArray[np.float64]) -> list[float]:
    low, high = np.percentile(sample, [2.5, 97.5])
    return [_percent(float(low)), _percent(float(high))]


def _percent(share: float) -> float:
    return round(100 * float(share), 2)
