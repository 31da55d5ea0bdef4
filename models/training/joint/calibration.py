"""Temperatures and thresholds, from the held-out documents and the graphs as they are served."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES, Document
from models.evaluation.counts import Counts
from models.evaluation.served import Served
from models.evaluation.thresholds import best_threshold
from models.runtime.spans import SpanRule, decode_spans
from processors.records import EntityType

TEMPERATURES = np.exp(np.linspace(np.log(0.5), np.log(16.0), 71))
BIASES = np.linspace(-4.0, 4.0, 81)
SCORES = np.linspace(0.0, 0.8, 33)
FEWEST = 20  # spans
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class NerFit:
    platt: tuple[float, float]  # slope and offset
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
    """Slope and offset by logistic regression of being right on the log odds of found spans (Platt 1999); then the threshold of best F1.

    One rule for all types: rules by type would follow the chances of a few dozen mentions.
    """
    found = [_found(document, served) for document in documents]
    raw, right = (np.concatenate(parts) if parts else np.zeros(0) for parts in zip(*found, strict=True)) if found else (np.zeros(0),) * 2
    if len(raw) < FEWEST or len(set(right.tolist())) < 2:  # a model that finds next to nothing yet: there is nothing to fit
        return NerFit((1.0, 0.0), 0.0)
    clipped = np.clip(raw, SMALLEST, 1 - SMALLEST)
    slope, offset = _logistic(np.log(clipped) - np.log1p(-clipped), right.astype(np.float64))
    scores = 1 / (1 + np.exp(-(slope * (np.log(clipped) - np.log1p(-clipped)) + offset)))
    gold = sum(len(d.mentions) for d in documents)
    return NerFit((round(slope, 4), round(offset, 4)), _best_score(scores, right.astype(bool), gold))


def _found(document: Document, served: Served) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The geometric means of all spans found without a threshold, and whether they are right."""
    encoded = served.encode(document.text)
    rule = SpanRule((1.0,) * len(ENTITY_TYPES), (0.0,) * len(ENTITY_TYPES), (1.0, 0.0))
    found = decode_spans(encoded.ner, encoded.offsets, encoded.words, document.text, rule)
    gold: set[tuple[int, int, EntityType]] = {(m.start, m.end, m.type) for m in document.mentions}
    right = [(s.start, s.end, ENTITY_TYPES[s.type]) in gold for s in found]
    return np.array([s.score for s in found]), np.array(right, dtype=bool)


def _logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope, positive, and offset of the logistic regression of y (0, 1) on x; a weak prior keeps slope 1, offset 0.

    Newton's method with steps halved until the loss falls: a whole step from where nearly all is right overshoots, without end.
    """
    rows = np.stack([x, np.ones_like(x)], axis=1)
    prior = np.array([1.0, 0.0])

    def loss(weights: NDArray[np.float64]) -> float:
        z = rows @ weights
        return float((np.logaddexp(0, z) - y * z).sum() + ((weights - prior) ** 2).sum() / 2)

    weights, reached = prior, loss(prior)
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(rows @ weights, -500, 500)))
        gradient = rows.T @ (p - y) + (weights - prior)
        hessian = (rows * (p * (1 - p))[:, None]).T @ rows + np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        while (found := loss(weights - step)) > reached and np.abs(step).max() > 1e-9:
            step = step / 2
        if np.abs(step).max() < 1e-9:
            break
        weights, reached = weights - step, found
    return max(float(weights[0]), SMALLEST), float(weights[1])


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
