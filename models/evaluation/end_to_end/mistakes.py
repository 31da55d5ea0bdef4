"""What went wrong, each mistake under one category, with its words in context."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.evaluation.end_to_end.spans import Span, overlap

MISSED, FALSE = "missed", "false"
"""Sides of a mistake: gold that was not found (a false negative); found what is not gold (a false positive)."""

ENTITIES = "entities"
BOUNDARY, TYPE, BOUNDARY_AND_TYPE, NOT_FOUND, SPURIOUS = "boundary", "type", "boundary and type", "not found", "not in gold"

AROUND, LONGEST = 60, 320
"""Code points of context before and behind, and the most that is shown between two mentions."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. Its category is the first that holds; each false positive and each false negative is one mistake."""

    part: str  # entities, relations between gold entities, relations from raw text
    side: str
    category: str
    document: str
    gold: str  # what the gold file has there; "" where it has nothing
    found: str
    text: str  # the words in context, the mentions in [[ ]]

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def of_spans(document: str, text: str, gold: Iterable[Span], found: Iterable[Span]) -> list[Mistake]:
    """The mistakes of strict spans of one document, by place."""
    expected, got = set(gold), set(found)
    right = expected & got
    out = []
    for side, those, others, rest in ((MISSED, expected - right, got, NOT_FOUND), (FALSE, got - right, expected, SPURIOUS)):
        for span in those:
            category, other = _nearest(span, others, rest)
            one, two = (span, other) if side == MISSED else (other, span)
            words = in_context(text, [span[:2]])
            out.append((span, Mistake(ENTITIES, side, category, document, _shown(text, one), _shown(text, two), words)))
    return [mistake for _, mistake in sorted(out, key=lambda pair: (pair[0], pair[1].side))]


def _nearest(span: Span, others: Iterable[Span], rest: str) -> tuple[str, Span | None]:
    """The category by the span on the other side that is most like this one."""
    near = [o for o in others if overlap(o, span) > 0]
    if not near:
        return rest, None
    best = max(near, key=lambda o: (o[2] is span[2], o[:2] == span[:2], overlap(o, span), -o[0], o[2]))
    if best[2] is span[2]:
        return BOUNDARY, best
    return (TYPE if best[:2] == span[:2] else BOUNDARY_AND_TYPE), best


def _shown(text: str, span: Span | None) -> str:
    return f"{span[2].value} {text[span[0] : span[1]]}" if span else ""


def in_context(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The words at these places in [[ ]], with what stands around them; what is long between them is cut."""
    marks = sorted(set(places))
    if not marks:
        return ""
    start, end = max(marks[0][0] - AROUND, 0), min(max(stop for _, stop in marks) + AROUND, len(text))
    out, at = ["..." if start else ""], start
    for first, stop in marks:
        if first < at:  # it stands inside the one before
            continue
        out += [_cut(text[at:first]), f"[[{text[first:stop]}]]"]
        at = stop
    out += [text[at:end], "..." if end < len(text) else ""]
    return " ".join("".join(out).split())


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST // 2]} [...] {words[-LONGEST // 2 :]}"


def counted(mistakes: Sequence[Mistake], examples: int) -> dict[str, Any]:
    """By category, the most frequent first: how many were missed, how many false, and examples of different documents before others."""
    by_category: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_category.setdefault(mistake.category, []).append(mistake)
    ordered = sorted(by_category.items(), key=lambda item: (-len(item[1]), item[0]))
    return {
        category: {
            MISSED: sum(m.side == MISSED for m in those),
            FALSE: sum(m.side == FALSE for m in those),
            "examples": [m.as_json() for m in _spread(those, examples)],
        }
        for category, those in ordered
    }


def _spread(mistakes: Sequence[Mistake], n: int) -> list[Mistake]:
    """The first `n`, none twice from both sides, of different documents as far as there are such."""
    once = {(m.document, m.gold, m.found): m for m in reversed(mistakes)}
    each = [m for m in mistakes if once[m.document, m.gold, m.found] is m]
    first = {m.document: m for m in reversed(each)}
    chosen = [m for m in each if first[m.document] is m]
    return [*chosen, *(m for m in each if first[m.document] is not m)][:n]


def as_lines(mistakes: Iterable[Mistake]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(mistake.as_json(), ensure_ascii=False) + "\n" for mistake in mistakes)
