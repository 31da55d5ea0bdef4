"""The words of a row: what stands before, between and after its two mentions."""

import re
from dataclasses import dataclass
from functools import lru_cache

from models.training.sentences.rows import Row
from processors.records import EntityType

WORD = re.compile(r"@[\w-]+\$|[^\W_]+(?:[-'’][^\W_]+)*|[^\w\s]|_")

MASKS = frozenset(f"@{kind.name.lower()}$" for kind in EntityType)
"""The words of a row for mentions that it is not about."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Words in lower case, in the order of the text; `swapped` where the second mention stands first."""

    before: tuple[str, ...]
    between: tuple[str, ...]
    after: tuple[str, ...]
    ends: tuple[str, str]  # what stands for the mentions, in the order of the text
    swapped: bool


@lru_cache(maxsize=65_536)
def parts(row: Row) -> Parts:
    """The row's words around its mentions; where the mentions overlap, nothing is between them."""
    swapped = row.second < row.first
    left, right = (row.second, row.first) if swapped else (row.first, row.second)
    kinds = row.kinds[::-1] if swapped else row.kinds
    return Parts(
        before=words_of(row.text[: left[0]]),
        between=words_of(row.text[left[1] : right[0]]),
        after=words_of(row.text[max(left[1], right[1]) :]),
        ends=(f"@{kinds[0]}1$", f"@{kinds[1]}2$") if kinds[0] == kinds[1] else (f"@{kinds[0]}$", f"@{kinds[1]}$"),
        swapped=swapped,
    )


def sequence(row: Row) -> tuple[list[str], int, int]:
    """All words with a word for each mention, and where these two stand."""
    p = parts(row)
    words = [*p.before, p.ends[0], *p.between, p.ends[1], *p.after]
    return words, len(p.before), len(p.before) + 1 + len(p.between)


def words_of(text: str) -> tuple[str, ...]:
    """Words and signs in lower case; a mask is one word."""
    return tuple(word.lower() for word in WORD.findall(text))
