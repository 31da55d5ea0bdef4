"""The relation head: calibrated probabilities of each relation type for every candidate pair of a document."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.runtime.artefact import RELATIONS, Artefact
from models.runtime.errors import ArtefactError
from models.runtime.pairs import FEATURES, FEATURES_VERSION, PairInputs
from models.runtime.session import Graph

ATTENDED = 2**24
"""Pairs times pieces a call: the head attends from each pair over all pieces, so this bounds its memory, to about 200 MB."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the head says of P pairs."""

    logits: NDArray[np.float32]  # (P, R), raw, None first
    probabilities: NDArray[np.float64]  # (P, R), calibrated, rows add up to 1
    novel: NDArray[np.float64] | None  # (P): if related, the probability that it is the article's own finding; None: not judged
    novel_logits: NDArray[np.float32] | None  # (P), raw


class RelationHead:
    """Runs `relations.onnx`. Safe for threads; the same document gives the same bits on one machine."""

    def __init__(self, artefact: Artefact, *, attended: int = ATTENDED) -> None:
        """Raises `ArtefactError` where the graph or its features are not what this version builds."""
        spec = artefact.manifest.relations
        if spec.features != FEATURES_VERSION:
            raise ArtefactError(
                f"{artefact.reference} wants pair features {spec.features!r}, this version builds {FEATURES_VERSION!r}",
                remedy="Install the version of biorelay that made the model, or name another model.",
            )
        self.labels = spec.labels
        number = artefact.manifest.ner.types.index
        self.type_pairs = [(number(a), number(b)) for a, b in spec.type_pairs]
        self._none_bias = spec.none_bias
        self._temperature = spec.temperature
        self._threshold = spec.threshold
        self._attended = attended
        self._novelty = spec.novelty
        self._graph = Graph(artefact, RELATIONS)
        self._graph.check(
            {
                "hidden": (None, artefact.manifest.encoder.hidden),
                "mention_start": (None,),
                "mention_end": (None,),
                "entity_mentions": (None, None),
                "entity_type": (None,),
                "pairs": (None, 2),
                "closest": (None, 2),
                "between": (None, 2),
                "features": (None, len(FEATURES)),
            },
            {"logits": (None, len(self.labels)), **({"novel": (None,)} if spec.novelty else {})},
        )

    def judge(self, inputs: PairInputs) -> Judged:
        """Probabilities of each label, and of novelty where the model knows it.

        The bias belongs to the decision between None and the rest, the temperature to the calibration
        (Guo et al. 2017): softmax((logits + bias of None) / temperature).
        """
        logits, novel = self._run(inputs)
        scores = logits.astype(np.float64)
        scores[:, 0] += self._none_bias
        scores /= self._temperature
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        likely = None
        if self._novelty is not None and novel is not None:
            z = np.clip((novel.astype(np.float64) + self._novelty.bias) / self._novelty.temperature, -500, 500)
            likely = 1 / (1 + np.exp(-z))
        return Judged(logits, scores, likely, novel)

    def _run(self, inputs: PairInputs) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Raw scores (P, R), None first, and of novelty (P)."""
        outputs = ("logits", "novel") if self._novelty else ("logits",)
        if not len(inputs.pairs):
            return np.zeros((0, len(self.labels)), dtype=np.float32), np.zeros(0, dtype=np.float32) if self._novelty else None
        size = max(1, self._attended // max(len(inputs.hidden), 1))  # depends on the document alone, and so does the answer
        parts = [self._graph.run(outputs, part.arrays()) for part in inputs.chunks(size)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]) if self._novelty else None

    def decide(self, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        """The label (P) of each pair from its probabilities (P, R), by the manifest's rule; 0 is None."""
        if not len(scores):
            return np.zeros(0, dtype=np.int64)
        kind: NDArray[np.int64] = 1 + scores[:, 1:].argmax(axis=1)
        if self._threshold is None:
            return np.where(scores[:, 0] >= scores.max(axis=1), 0, kind)
        return np.where(1 - scores[:, 0] >= self._threshold, kind, 0)
