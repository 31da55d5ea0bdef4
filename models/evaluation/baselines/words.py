"""Words and their B/I/O tags, as the baselines and the token-level report see a text.

A word is a run of letters and digits, or one other sign: so BioBERT's preparation of the corpora cut them, and so
every mention but a few begins and ends where a word does.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from models.runtime.tokenizer import REPLACEMENT, SURROGATE
from processors.records import EntityType
from processors.sentences import split_sentences

Span = tuple[int, int, EntityType]
"""Start, end (code points) and type of a mention."""

OUT = "O"
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")


class Word(NamedTuple):
    start: int
    end: int
    text: str


def words_of(text: str) -> list[Word]:
    """The words of a text, from left to right; only white space stands between them. A lone surrogate reads as U+FFFD."""
    return [Word(m.start(), m.end(), m[0]) for m in _WORD.finditer(SURROGATE.sub(REPLACEMENT, text))]


def sentences_of(text: str, words: Sequence[Word]) -> list[slice]:
    """The words of each sentence that has any."""
    starts = [w.start for w in words]
    edges = [(bisect_left(starts, a), bisect_left(starts, b)) for a, b in split_sentences(text)]
    return [slice(a, b) for a, b in edges if a < b]


def encode(words: Sequence[Word], spans: Iterable[Span]) -> list[str]:
    """One tag a word: `B-` or `I-` and the type, or `O`.

    A word that a span only touches is in it; of spans that share a word the longest counts.
    """
    starts, ends = [w.start for w in words], [w.end for w in words]
    tags = [OUT] * len(words)
    for start, end, kind in sorted(spans, key=lambda s: (s[0] - s[1], s)):
        first, stop = bisect_right(ends, start), bisect_left(starts, end)
        if first < stop and all(tag == OUT for tag in tags[first:stop]):
            tags[first:stop] = [f"B-{kind}", *[f"I-{kind}"] * (stop - first - 1)]
    return tags


def decode(words: Sequence[Word], tags: Sequence[str]) -> list[Span]:
    """The spans of a sequence of tags; an I that nothing of its type precedes begins one."""
    found: list[tuple[int, int, str]] = []
    before = OUT
    for word, tag in zip(words, tags, strict=True):
        letter, _, kind = tag.partition("-")
        if letter == "I" and before in (f"B-{kind}", tag):
            found[-1] = (found[-1][0], word.end, kind)
        elif letter != OUT:
            found.append((word.start, word.end, kind))
        before = tag
    return [(start, end, EntityType(kind)) for start, end, kind in found]
