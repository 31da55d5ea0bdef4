"""The edges of entity spans: brackets in pairs, no punctuation that belongs to the sentence.

The tokeniser cuts at every bracket and hyphen, so a span can begin or end where no annotator would begin or end one.
"""

from collections.abc import Sequence
from typing import NamedTuple

STRAY_BEFORE = frozenset(",;:/)")
STRAY_BEHIND = frozenset(",;:/(")
JOINTS = frozenset("-.")
"""These end a span only where the word ends too: `Cl-` stays, `nNOS-` of `nNOS-derived` does not."""


class EntitySpan(NamedTuple):
    """A mention: code points `start:end` of the text, its type's index, and the calibrated probability of just this span."""

    start: int
    end: int
    type: int
    score: float


def tidy(text: str, spans: Sequence[EntitySpan]) -> list[EntitySpan]:
    """Mend spans that are in order and apart, so that they stay so.

    `SMV) thrombosis` is joined to the `superior mesenteric vein (` before it, `R)-carvone` and `CaCl(2` get their other
    bracket, `3-methyladenine (3-MA` loses what the bracket opened, and punctuation at the edges goes.
    """
    kept: list[EntitySpan] = []
    for number, span in enumerate(spans):
        limit = spans[number + 1].start if number + 1 < len(spans) else len(text)
        mended = _mend(text, span, kept[-1] if kept else None, limit)
        if kept and mended.start < kept[-1].end:
            kept.pop()
        start, end = _trim(text, mended.start, mended.end)
        if start < end:
            kept.append(mended._replace(start=start, end=end))
    return kept


def _mend(text: str, span: EntitySpan, previous: EntitySpan | None, limit: int) -> EntitySpan:
    start, end = span.start, span.end
    closing, opening = _unmatched(text, start, end)
    if closing is not None:
        if closing == end - 1:
            return span._replace(end=closing)
        if start and text[start - 1] == "(":
            if previous and previous.type == span.type and previous.end < start and not text[previous.end : start - 1].strip():
                return span._replace(start=previous.start, score=min(previous.score, span.score))
            if text[closing + 1] == "-" and (previous is None or previous.end < start):
                return span._replace(start=start - 1)
    elif opening is not None and end < limit and text[end] == ")":
        if opening > start and text[opening - 1].isspace():
            return span._replace(end=opening)
        return span._replace(end=end + 1)
    return span


def _unmatched(text: str, start: int, end: int) -> tuple[int | None, int | None]:
    """The first round bracket that closes without having been opened, and the last that opens without being closed."""
    closing = None
    open_ = []
    for at in range(start, end):
        if text[at] == "(":
            open_.append(at)
        elif text[at] == ")" and open_:
            open_.pop()
        elif text[at] == ")" and closing is None:
            closing = at
    return closing, open_[-1] if open_ else None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in STRAY_BEFORE):
        start += 1
    while start < end and (
        text[end - 1].isspace() or text[end - 1] in STRAY_BEHIND or (text[end - 1] in JOINTS and text[end : end + 1].isalnum())
    ):
        end -= 1
    return start, end
