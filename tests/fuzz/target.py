"""What is fuzzed: a function of bytes that raises only where it meets a defect."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn


@dataclass(frozen=True)
class Target:
    """One way for bytes into the software.

    `run` returns for whatever the software refuses as it should, and raises whatever it should never raise; `Defect` for an answer that
    is wrong. `seeds` are valid inputs, for mutations to begin from; `words` are pieces that mutations put in.
    """

    name: str
    run: Callable[[bytes], object]
    samples: Callable[[], Sequence[bytes]]
    words: tuple[bytes, ...] = ()
    most: int = 1 << 14  # bytes of an input
    cpu_s: float = 10.0  # after so many seconds of processor time an input counts as a hang

    @cached_property
    def seeds(self) -> tuple[bytes, ...]:
        return tuple(self.samples())


class Defect(AssertionError):
    """The software's answer breaks one of its promises."""


def defect(what: str) -> NoReturn:
    raise Defect(what)


def need(holds: object, what: str) -> None:
    """Raise `Defect` where a promise does not hold."""
    if not holds:
        defect(what)


def dice(data: bytes, sides: int) -> int:
    """A choice that follows from the input alone, so that an input always does the same."""
    return zlib.crc32(data) % sides


def text_of(data: bytes) -> str:
    """Any bytes as a text; some become lone surrogates, which JSON can carry too."""
    return data.decode("utf-8", "surrogateescape")
