"""What a resolver answers with: the identifiers of a mention, and what speaks for them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from processors.records import Curie

NOTHING: Mapping[str, float] = MappingProxyType({})


class Match(NamedTuple):
    """The identifiers of one mention; several where it stands for several entities together.

    `features` are the numbers by name from which the link's probability is computed (`score`); a name that is not
    there counts as nought, so that every type has features of its own.
    """

    curies: tuple[Curie, ...]
    features: Mapping[str, float] = NOTHING
