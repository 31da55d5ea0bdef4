"""Temperatures and thresholds, from the held-out documents and the graphs as they are served."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES, Document
from models.evaluation.counts import Counts
from models.evaluation.served import Served
from models.evaluation.thresholds import best_threshold
from models.runtime.spans import decode_spans
from processors.records import EntityType

TEMPERATURES = np.exp(np.linspace(np.log(0.5), np.log(4.0), 43))
BIASES = np.linspace(-4.0, 4.0, 81)
SCORES = np.linspace(0.0, 0.8, 33)
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class NerFit:
    temperature: float
    threshold: float


@dataclass(frozen=True, slots=True)
class PairFit:
    none_bias: float
    temperature: float
    threshold: float


@dataclass(frozen=True, slots=True)
class NoveltyFit:
    bias: float
    temperature: float


def fit_ner(documents: Sequence[Document], served: Served) -> NerFit:
    """One temperature: the least log loss of the scores of found spans against being right (Guo et al. 2017).

    Then one threshold: the best F1. Thresholds by type would follow the chances of a few dozen mentions.
    """
    tried = {}
    for temperature in TEMPERATURES.tolist():
        scores, right = (np.concatenate(parts) for parts in zip(*(_scored(d, served, temperature) for d in documents), strict=True))
        if not len(scores):
            continue
        p = np.clip(scores, SMALLEST, 1 - SMALLEST)
        tried[float(-np.mean(np.where(right, np.log(p), np.log(1 - p))))] = (temperature, scores, right)
    if not tried:  # a model that finds nothing yet: there is nothing to fit
        return NerFit(1.0, 0.5)
    temperature, scores, right = tried[min(tried)]
    gold = sum(len(d.mentions) for d in documents)
    return NerFit(round(temperature, 4), _best_score(scores, right, gold))


def _scored(document: Document, served: Served, temperature: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The scores of all spans found without a threshold, and whether they are right."""
    encoded = served.encode(document.text)
    temperatures, thresholds = [temperature] * len(ENTITY_TYPES), [0.0] * len(ENTITY_TYPES)
    found = decode_spans(encoded.ner, encoded.offsets, encoded.words, document.text, temperatures=temperatures, thresholds=thresholds)
    gold: set[tuple[int, int, EntityType]] = {(m.start, m.end, m.type) for m in document.mentions}
    right = [(s.start, s.end, ENTITY_TYPES[s.type]) in gold for s in found]
    return np.array([s.score for s in found]), np.array(right, dtype=bool)


def _best_score(scores: NDArray[np.float64], right: NDArray[np.bool_], gold: int) -> float:
    f1 = [
        Counts(int(right[kept].sum()), int((~right[kept]).sum()), gold - int(right[kept].sum())).f1
        for kept in (scores >= t for t in SCORES)
    ]
    return round(float(SCORES[int(np.argmax(f1))]), 4)


def fit_pairs(documents: Sequence[Document], served: Served) -> PairFit:
    """Bias of None and temperature: the least log loss of the labels. Then the threshold on the probability of any
    relation: the best mean of pair F1 and typed F1.
    """
    logits, labels, gold = [], [], 0
    for document in documents:
        pairs = served.gold_pairs(document)
        logits.append(pairs.logits)
        labels.append(pairs.labels)
        gold += len(document.relations)
    z, y = np.concatenate(logits).astype(np.float64), np.concatenate(labels)
    if not len(y):
        return PairFit(0.0, 1.0, 0.5)
    losses = {(b, t): _log_loss(probabilities(z, b, t), y) for b in BIASES for t in TEMPERATURES}
    bias, temperature = min(losses, key=lambda key: losses[key])
    p = probabilities(z, bias, temperature)
    threshold = best_threshold(p, y, gold).threshold
    return PairFit(round(float(bias), 4), round(float(temperature), 4), round(threshold, 4))


def fit_novelty(documents: Sequence[Document], served: Served) -> NoveltyFit:
    """Bias and temperature of the novelty of gold relations: the least log loss."""
    logits, labels = [], []
    for document in documents:
        pairs = served.gold_pairs(document)
        if pairs.judged.novel_logits is not None:
            stated = pairs.novel >= 0
            logits.append(pairs.judged.novel_logits[stated])
            labels.append(pairs.novel[stated])
    z, y = (np.concatenate(parts).astype(np.float64) if parts else np.zeros(0) for parts in (logits, labels))
    if not len(y):
        return NoveltyFit(0.0, 1.0)
    p = {(b, t): np.clip(1 / (1 + np.exp(-(z + b) / t)), SMALLEST, 1 - SMALLEST) for b in BIASES for t in TEMPERATURES}
    bias, temperature = min(p, key=lambda key: float(-np.log(np.where(y == 1, p[key], 1 - p[key])).mean()))
    return NoveltyFit(round(float(bias), 4), round(float(temperature), 4))


def probabilities(logits: NDArray[np.float64], bias: float, temperature: float) -> NDArray[np.float64]:
    """softmax((logits + bias of None) / temperature), as the runtime computes it."""
    z = logits.copy()
    z[:, 0] += bias
    z /= temperature
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    p: NDArray[np.float64] = e / e.sum(axis=1, keepdims=True)
    return p


def _log_loss(p: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return float(-np.log(np.clip(p[np.arange(len(labels)), labels], SMALLEST, 1)).mean())
