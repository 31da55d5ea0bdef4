"""How likely a link is right, learnt from training documents that the vocabulary at hand knows no names of.

Logistic regression with an L2 penalty, by Newton's method (Hastie, Tibshirani and Friedman, The Elements of Statistical
Learning, section 4.4.1); the threshold of a type is the one with the highest F1 over document id sets. Everything is
cross-fitted: a fold's probabilities, from which the threshold and the calibration error come, are those of weights
fitted on the other folds.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors.linking.context import Context
from processors.linking.document import matches
from processors.linking.genes import FAMILY
from processors.linking.match import Match
from processors.linking.variants import HGVS, human_symbol
from processors.records import EntityType
from processors.sources.pubtator import AnnotatedDocument, AnnotatedMention
from processors.variants import hgvs
from processors.vocabulary import Vocabulary

_PENALTY = 1.0
_STEPS = 50
_DIGITS = 3
_BINS = 10
_GENE_FIELD = re.compile(r"Gene:(\d+)\b(?!,)")
FEWEST = 50
"""A type with fewer examples, or with only right or only wrong ones, gets no weights but a constant."""


class Example(NamedTuple):
    """One mention of a held-out document: what was found, what the annotators say."""

    fold: int
    document: str
    kind: EntityType
    match: Match | None
    gold: frozenset[str]

    @property
    def right(self) -> bool:
        return self.match is not None and set(self.match.curies) == self.gold


def examples(vocabulary: Vocabulary, documents: Iterable[AnnotatedDocument], fold: int) -> list[Example]:
    """The mentions with gold identifiers of documents that gave the vocabulary no names."""
    found = []
    for document in documents:
        mentions = [(m.start, m.end, m.type) for m in document.mentions if m.type]
        context = Context(vocabulary, document.abstract.id, document.abstract.text, mentions)
        annotated = [m for m in document.mentions if m.type]
        for match, (_, _, kind), mention in zip(matches(context), mentions, annotated, strict=True):
            wanted = frozenset(map(vocabulary.canonical, mention.curies))
            if not wanted or (match and match.curies[0].startswith(HGVS)):  # a change is judged by its own name, where it has one
                wanted = _named_change(vocabulary, mention)
            family = match and any(curie.startswith(FAMILY) for curie in match.curies)  # gold sets have genes only: no judge of these
            if wanted and not family:
                found.append(Example(fold, document.abstract.id, kind, match, wanted))
    return found


def _named_change(vocabulary: Vocabulary, mention: AnnotatedMention) -> frozenset[str]:
    """The variant's HGVS name with the symbol of its gene, where the annotators give both change and human gene."""
    gene, name = _GENE_FIELD.search(mention.raw), hgvs(mention.identifiers[0]) if mention.identifiers and "|" in mention.raw else None
    symbol = human_symbol(vocabulary, f"ncbigene:{gene[1]}") if gene else None
    return frozenset({f"{HGVS}{symbol}:{name}"}) if symbol and name else frozenset()


def fit_links(found: Sequence[Example]) -> dict[str, dict[str, Any]]:
    """By type: bias, weights by feature, threshold, and how well that does on held-out documents."""
    by_type = {kind: [e for e in found if e.kind is kind] for kind in EntityType}
    return {kind.value: _fit_type(own) for kind, own in by_type.items() if any(e.match for e in own)}


def _fit_type(mentions: Sequence[Example]) -> dict[str, Any]:
    found = [example for example in mentions if example.match]
    names = sorted({name for e in found if e.match for name in e.match.features})
    features = np.array([[e.match.features.get(name, 0.0) for name in names] if e.match else [] for e in found])
    right = np.array([e.right for e in found], dtype=np.float64)
    folds = np.array([e.fold for e in found])
    held_out = np.zeros(len(found))
    for fold in np.unique(folds):
        weights = _logistic(features[folds != fold], right[folds != fold])
        held_out[folds == fold] = _probabilities(weights, features[folds == fold])
    bias, *fitted = _logistic(features, right).tolist()
    threshold = _threshold(mentions, found, held_out)
    return {
        "bias": round(float(bias), _DIGITS),
        "weights": {name: round(float(w), _DIGITS) for name, w in zip(names, fitted, strict=True) if round(float(w), _DIGITS)},
        "threshold": threshold,
        "held_out": {
            "mentions": len(mentions),
            "matched": len(found),
            "right": round(float(right.mean()), 4),
            "ece": round(calibration_error(held_out, right), 4),
            "brier": round(float(np.mean((held_out - right) ** 2)), 4),
        },
    }


def _logistic(features: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bias and weights; the bias alone where there is little to learn from."""
    if len(right) < FEWEST or right.min() == right.max():
        odds = (right.sum() + 1) / (len(right) - right.sum() + 1)
        return np.concatenate([[np.log(odds)], np.zeros(features.shape[1])])
    x = np.hstack([np.ones((len(features), 1)), features])
    penalty = np.diag([1e-6, *[_PENALTY] * features.shape[1]])
    weights = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + penalty, x.T @ (right - p) - penalty @ weights)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _probabilities(weights: NDArray[np.float64], features: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(weights[0] + features @ weights[1:], -30, 30))))


def calibration_error(probabilities: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al. 2015, doi:10.1609/aaai.v29i1.9602)."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    gaps = [abs((probabilities[bins == b] - right[bins == b]).sum()) for b in np.unique(bins)]
    return float(sum(gaps) / len(right)) if len(right) else 0.0


def _threshold(mentions: Sequence[Example], found: Sequence[Example], probabilities: NDArray[np.float64]) -> float:
    """The probability, in steps of a twentieth, from which on links are made with the highest F1 over document id sets."""
    gold: Mapping[str, set[str]] = defaultdict(set)
    for example in mentions:
        gold[example.document].update(example.gold)
    wanted = sum(map(len, gold.values()))
    best = (0.0, 0.0)
    for step in range(20):
        linked: dict[str, set[str]] = defaultdict(set)
        for example, probability in zip(found, probabilities, strict=True):
            if example.match and probability >= step / 20:
                linked[example.document].update(example.match.curies)
        met = sum(len(curies & gold[document]) for document, curies in linked.items())
        f1 = 2 * met / (wanted + sum(map(len, linked.values())))
        if f1 > best[0]:
            best = (f1, step / 20)
    return best[1]
