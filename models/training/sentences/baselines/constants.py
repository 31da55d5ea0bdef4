"""Answers that read nothing, or nothing but where the two mentions stand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.training.sentences.rows import Row
from models.training.sentences.words import parts

Scores = NDArray[np.float64]


class AlwaysRelated:
    """Every sentence relates its two mentions: co-occurrence, where a corpus has one row for each pair of a sentence."""

    def fit(self, rows: Sequence[Row], seed: int) -> None:
        """Learns nothing."""

    def score(self, rows: Sequence[Row]) -> Scores:
        return np.ones(len(rows))


class Majority:
    """The more frequent answer of the training rows."""

    def fit(self, rows: Sequence[Row], seed: int) -> None:
        self._answer = 1.0 if 2 * sum(row.related for row in rows) >= len(rows) else -1.0

    def score(self, rows: Sequence[Row]) -> Scores:
        return np.full(len(rows), self._answer)


class Chance:
    """Related as often as in the training rows, drawn with the seed."""

    def fit(self, rows: Sequence[Row], seed: int) -> None:
        self._share = sum(row.related for row in rows) / max(len(rows), 1)
        self._seed = seed

    def score(self, rows: Sequence[Row]) -> Scores:
        return self._share - np.random.default_rng(self._seed).random(len(rows))


class Near:
    """Co-occurrence within so many words; how many is chosen on the training rows, by F1."""

    def fit(self, rows: Sequence[Row], seed: int) -> None:
        between = np.array([len(parts(row).between) for row in rows])
        related = np.array([row.related for row in rows])
        most = int(between.max(initial=0))
        right = np.array([(related & (between <= n)).sum() for n in range(most + 1)])
        said = np.array([(between <= n).sum() for n in range(most + 1)])
        self._words = int(np.argmax(2 * right / np.maximum(said + related.sum(), 1)))

    def score(self, rows: Sequence[Row]) -> Scores:
        return np.array([self._words + 0.5 - len(parts(row).between) for row in rows])
