"""How like two names are: what the trigram search finds is looked at word by word."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from processors.normalisation import loose_key, tokens
from processors.records import EntityType

_DIGITS = re.compile(r"\d+")
_ALIKE = 0.72


def _pairs(word: str) -> frozenset[str]:
    padded = f"^{word}$"
    return frozenset(padded[i : i + 2] for i in range(len(padded) - 1))


@lru_cache(maxsize=1 << 16)
def alike(one: str, other: str) -> float:
    """Dice's coefficient of two words' letter pairs; 1 where they are equal."""
    if one == other:
        return 1.0
    a, b = _pairs(one), _pairs(other)
    return 2 * len(a & b) / (len(a) + len(b))


def _weight(word: str) -> int:
    return min(len(word), 8)


def _covered(words: Sequence[str], others: Sequence[str]) -> float:
    """The share of `words`, by weight, that the other name has too."""
    total = sum(map(_weight, words))
    met = sum(_weight(word) * best for word in words if (best := max((alike(word, o) for o in others), default=0.0)) >= _ALIKE)
    return met / total if total else 0.0


def compare(kind: EntityType, one: str, other: str) -> Mapping[str, float] | None:
    """Features of the likeness of two names; None where they cannot be one thing: their numbers or single letters differ."""
    a, b = tokens(one), tokens(other)
    if _marks(kind, a) != _marks(kind, b):
        return None
    x, y = loose_key(kind, one).split(), loose_key(kind, other).split()
    return {
        "mine": _covered(x, y),
        "its": _covered(y, x),
        "head": float(bool(a and b) and alike(a[-1], b[-1]) >= _ALIKE),
        "start": float(bool(a and b) and a[0][:1] == b[0][:1]),
    }


_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6"}
_COMMON = frozenset({"a", "s", "x"})


def _marks(kind: EntityType, words: Sequence[str]) -> set[str]:
    """What must be equal in both: numbers, Roman ones too, and single letters, but for articles and the like."""
    found = {_ROMAN.get(word, word) for word in words if (len(word) == 1 or word in _ROMAN) and word not in _COMMON}
    for word in words:
        found.update(_DIGITS.findall(word))
    return found - ({"1"} if kind is EntityType.DISEASE else set())
