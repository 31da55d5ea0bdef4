"""Abbreviations that a document defines for itself: `hepatocyte nuclear factor-6 (HNF-6)`.

Follows Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text",
Pacific Symposium on Biocomputing 2003: the short form stands in brackets behind its long form (or the other way
round), and its letters are met, right to left, in the long form, the first of them at the start of a word.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_BRACKET = re.compile(r"[(\[]([^()\[\]]{2,100})[)\]]")
_CUT = re.compile(r"[;,:]|\s+or\s+")
_SENTENCE_END = re.compile(r"[.!?;:]\s+(?=[A-Z])|[()\[\]]")


class Definition(NamedTuple):
    """A short form and its long form; spans are half-open code-point ranges of the document's text."""

    short: str
    long: str
    short_start: int
    short_end: int
    long_start: int
    long_end: int


def _is_short_form(text: str) -> bool:
    return 2 <= len(text) <= 10 and len(text.split()) <= 2 and text[0].isalnum() and any(c.isalpha() for c in text) and not text.isspace()


def _long_form_start(short: str, text: str, start: int, end: int) -> int | None:
    """Where in `text[start:end]` the long form of `short` begins, or None. Schwartz and Hearst's `findBestLongForm`."""
    place = end - 1
    for index in range(len(short) - 1, -1, -1):
        letter = short[index].lower()
        if not letter.isalnum():
            continue
        while place >= start and (text[place].lower() != letter or (index == 0 and place > start and text[place - 1].isalnum())):
            place -= 1
        if place < start:
            return None
        place -= 1
    return place + 1


def definitions(text: str) -> Iterator[Definition]:
    """The definitions of a text, in the order of their brackets.

    Every definition satisfies `text[short_start:short_end] == short` and `text[long_start:long_end] == long`;
    both forms lie in one sentence, side by side.
    """
    for bracket in _BRACKET.finditer(text):
        inner_start, inner_end = bracket.span(1)
        cut = _CUT.search(bracket[1])
        if cut:
            inner_end = inner_start + cut.start()
        while inner_start < inner_end and text[inner_start].isspace():
            inner_start += 1
        while inner_start < inner_end and text[inner_end - 1].isspace():
            inner_end -= 1
        if inner_end - inner_start < 2:
            continue
        inner = text[inner_start:inner_end]
        before = bracket.start()
        while before > 0 and text[before - 1].isspace():
            before -= 1
        floor = max((m.end() for m in _SENTENCE_END.finditer(text, max(0, before - 400), before)), default=max(0, before - 400))
        if _is_short_form(inner):
            found = _define(text, inner_start, inner_end, floor, before)
        else:  # the other way round: `HNF-6 (hepatocyte nuclear factor-6)`
            short_start = before
            while short_start > floor and not text[short_start - 1].isspace():
                short_start -= 1
            found = _define(text, short_start, before, inner_start, inner_end) if _is_short_form(text[short_start:before]) else None
            if found is not None and found.long_start != inner_start:
                found = None
        if found is not None:
            yield found


def _define(text: str, short_start: int, short_end: int, start: int, end: int) -> Definition | None:
    """Match a short form against the words in `text[start:end]`, at most min(|A| + 5, 2|A|) of them."""
    short = text[short_start:short_end]
    allowed = min(len(short) + 5, len(short) * 2)
    words = list(re.finditer(r"\S+", text[start:end]))
    if not words:
        return None
    first = start + words[max(0, len(words) - allowed)].start()
    long_start = _long_form_start(short, text, first, end)
    if long_start is None:
        return None
    long = text[long_start:end]
    if len(long) <= len(short) or short.lower() in (w.lower() for w in long.split()) or len(long.split()) > allowed:
        return None
    return Definition(short, long, short_start, short_end, long_start, end)
