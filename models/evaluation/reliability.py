"""How far probabilities are what they say: reliability curves and calibration errors, before and after calibration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES, Document
from models.evaluation.counts import drawn
from models.evaluation.served import GoldPairs, Served
from models.runtime.spans import SpanRule, decode_spans
from processors.records import EntityType

BINS = 10
BEFORE, AFTER = "before calibration", "after calibration"
MENTIONS, ANY_RELATION, STATED_RELATIONS, NOVELTY = "mentions", "any relation of a pair", "stated relations", "novelty of gold relations"


@dataclass(slots=True)
class Judged:
    """Probabilities, whether what they belong to was right, and of which document each is."""

    probabilities: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    document: list[int] = field(default_factory=list)

    def add(self, document: int, probabilities: Iterable[float], right: Iterable[bool]) -> None:
        known = len(self.probabilities)
        self.probabilities.extend(probabilities)
        self.right.extend(right)
        self.document.extend([document] * (len(self.probabilities) - known))

    def curve(self, *, samples: int = 1000, seed: int = 1) -> dict[str, Any]:
        """The expected calibration error in percent (Naeini et al. 2015), bins of equal mass, and the bins' means (shares).

        The interval is the percentile bootstrap over documents, `samples` draws, in the bins of the whole.
        """
        p, hit = np.asarray(self.probabilities, dtype=np.float64), np.asarray(self.right, dtype=np.float64)
        if not len(p):
            return {"error": 0.0, "error_95": [0.0, 0.0], "n": 0, "bins": []}
        parts = np.array_split(np.argsort(p, kind="stable"), min(BINS, len(p)))
        numbers, row = np.unique(self.document, return_inverse=True)
        gaps, sizes = np.zeros((len(numbers), len(parts))), np.bincount(row, minlength=len(numbers)).astype(np.float64)
        for column, part in enumerate(parts):
            np.add.at(gaps[:, column], row[part], p[part] - hit[part])
        draws = drawn(len(numbers), samples=samples, seed=seed)
        errors = np.abs(draws @ gaps).sum(axis=1) / np.maximum(draws @ sizes, 1)
        low, high = np.percentile(errors, [2.5, 97.5])
        bins = [{"confidence": round(float(p[x].mean()), 4), "right": round(float(hit[x].mean()), 4), "n": len(x)} for x in parts]
        error = float(np.abs(gaps.sum(axis=0)).sum() / len(p))
        return {"error": _percent(error), "error_95": [_percent(float(low)), _percent(float(high))], "n": len(p), "bins": bins}


def _percent(share: float) -> float:
    return round(100 * share, 2)


class MentionReliability:
    """Scores of mentions: of every one that the logits give, without a threshold, plain and by the fitted rule."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._judged = {BEFORE: Judged(), AFTER: Judged()}
        rule = served.artefact.manifest.ner.rule()
        none = (0.0,) * len(rule.thresholds)
        self._rules = {BEFORE: SpanRule((1.0,) * len(none), none), AFTER: rule._replace(thresholds=none)}

    def add(self, number: int, text: str, gold: set[tuple[int, int, EntityType]], types: Sequence[EntityType]) -> None:
        encoded = self._served.encode(text)
        for when, rule in self._rules.items():
            found = decode_spans(encoded.ner, encoded.offsets, encoded.words, text, rule)
            judged = [s for s in found if ENTITY_TYPES[s.type] in types]
            self._judged[when].add(number, (s.score for s in judged), ((s.start, s.end, ENTITY_TYPES[s.type]) in gold for s in judged))

    def curves(self) -> dict[str, Any]:
        return {when: judged.curve() for when, judged in self._judged.items()}


class PairReliability:
    """Probabilities of pairs of gold entities: that they are related at all, of the types that are stated, and of novelty."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._any = {BEFORE: Judged(), AFTER: Judged()}
        self._stated = {BEFORE: Judged(), AFTER: Judged()}
        self._novelty = {BEFORE: Judged(), AFTER: Judged()}

    def add(self, number: int, pairs: GoldPairs) -> None:
        labels = self._served.head.decide(pairs.probabilities)
        chosen = np.flatnonzero(labels)
        for when, p in ((BEFORE, softmax(pairs.logits)), (AFTER, pairs.probabilities)):
            self._any[when].add(number, (1 - p[:, 0]).tolist(), (pairs.labels > 0).tolist())
            self._stated[when].add(number, p[chosen, labels[chosen]].tolist(), (labels[chosen] == pairs.labels[chosen]).tolist())

        novel, raw = pairs.judged.novel, pairs.judged.novel_logits
        if novel is not None and raw is not None:
            known = pairs.novel >= 0
            for when, p in ((BEFORE, 1 / (1 + np.exp(-np.clip(raw[known].astype(np.float64), -500, 500)))), (AFTER, novel[known])):
                self._novelty[when].add(number, p.tolist(), (pairs.novel[known] == 1).tolist())

    def curves(self) -> dict[str, Any]:
        """By what is judged; novelty (of gold relations) only where the model and the gold set know it."""
        tables = {ANY_RELATION: self._any, STATED_RELATIONS: self._stated}
        if self._novelty[AFTER].probabilities:
            tables[NOVELTY] = self._novelty
        return {what: {when: judged.curve() for when, judged in table.items()} for what, table in tables.items()}


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities (N, K) of logits (N, K), without bias and temperature."""
    z = logits.astype(np.float64)
    e = np.exp(z - z.max(axis=1, keepdims=True)) if len(z) else z
    p: NDArray[np.float64] = e / e.sum(axis=1, keepdims=True) if len(z) else e
    return p


def reliability(served: Served, documents: Sequence[Document], types: Sequence[EntityType]) -> dict[str, Any]:
    """The curves of mentions and of pairs between gold entities, before and after calibration, over documents with gold relations."""
    mentions, pairs = MentionReliability(served), PairReliability(served)
    for number, document in enumerate(documents):
        mentions.add(number, document.text, {(m.start, m.end, m.type) for m in document.mentions}, types)
        pairs.add(number, served.gold_pairs(document))
    return {MENTIONS: mentions.curves(), **pairs.curves()}
