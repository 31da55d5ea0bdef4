"""How likely a link is right: a logistic function of what speaks for it, one for each entity type.

The weights are fitted when the vocabulary is built, on training documents whose names the vocabulary did not know then
(`models.corpora.calibration`), and stand in its manifest with the threshold below which a mention stays local.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from processors.linking.match import Match
from processors.records import Curie, EntityType

DIGITS = 4
"""Scores are rounded to so many digits."""


class Link(NamedTuple):
    """The identifiers of a mention and the probability that they are right; None where they are local, or nothing was fitted."""

    identifiers: tuple[Curie, ...]
    score: float | None


class Scorer:
    """Probabilities and thresholds by entity type."""

    def __init__(self, fitted: Mapping[EntityType, Mapping[str, Any]]) -> None:
        self._fitted = fitted

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Self:
        """The scorer of a vocabulary's manifest; a type without an entry gets no score and no threshold."""
        return cls({EntityType(name): entry for name, entry in manifest.get("links", {}).items()})

    def probability(self, kind: EntityType, match: Match) -> float | None:
        """The probability that a match's identifiers are right, or None where the type was not fitted."""
        if kind not in self._fitted:
            return None
        weights = self._fitted[kind]["weights"]
        total = self._fitted[kind]["bias"] + math.fsum(weights.get(name, 0.0) * value for name, value in match.features.items())
        return round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), DIGITS)

    def accepts(self, kind: EntityType, probability: float | None) -> bool:
        """Whether a link of this probability is made; below the type's threshold a mention stays local."""
        return probability is None or probability >= self._fitted[kind]["threshold"]
