"""What a resolver answers with: the identifiers of a mention, and what speaks for them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from processors.records import Curie

NOTHING: Mapping[str, float] = MappingProxyType({})

LONGEST_NAME = 200
"""A longer mention is no name that a vocabulary could hold."""

_SHORT = 6


class Match(NamedTuple):
    """The identifiers of one mention; several where it stands for several entities together.

    `features` are the numbers by name from which the link's probability is computed (`score`); a name that is not
    there counts as nought, so that every type has features of its own.
    """

    curies: tuple[Curie, ...]
    features: Mapping[str, float] = NOTHING

    def seen_as(self, surface: str, way: str) -> "Match":
        """The match with what the whole mention says of it: the way from its surface, whether it is short, whether it means several."""
        short = way == "itself" and len(surface) < _SHORT and not surface.islower()
        told = {f"way:{way}": 1.0, "short": float(short), "several": float(len(self.curies) > 1)}
        return Match(self.curies, {**self.features, **told})


def together(matches: Sequence[Match]) -> Match:
    """The match of a mention that names several entities; no surer than the least sure of its parts."""
    weakest = min(matches, key=lambda match: (match.features["share"], match.features["seen"]))
    return Match(tuple(dict.fromkeys(curie for match in matches for curie in match.curies)), weakest.features)
