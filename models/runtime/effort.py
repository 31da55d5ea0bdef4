"""What answering takes, as sums since the start: for whoever watches an extractor at work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Lookups(NamedTuple):
    """How often a cache was asked, and had the answer or not."""

    hits: int = 0
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Effort:
    """What an extractor has done since it was loaded; every figure only ever grows.

    A window is what the encoder reads of a text at once. `tokens` are its pieces, the special ones and the overlap with the next window
    included; `computed` counts the padding of its batch too. On a CPU one window is a batch, without padding.
    """

    batches: int = 0
    windows: int = 0
    tokens: int = 0
    computed: int = 0
    encoding_seconds: float = 0.0  # of callers, so that several threads add up; a wait for a GPU's batch included
    linking_seconds: float = 0.0
    caches: Mapping[str, Lookups] = field(default_factory=dict)  # by the cache: encodings, names
    shadow: Mapping[tuple[str, str], int] = field(default_factory=dict)  # documents compared with a second model: by what, and who found it
