"""A pair as the text that a model reads: as it stands, with its ends marked, or with its ends masked; the spans move along.

Marked: typed boundary markers as in the pairwise sibling's paper (Ma and Liu; `<D>` ... `</D>`). Masked: `@GENE$`, `@DISEASE$`, as
GAD and EU-ADR were published by BioBERT's authors (Lee et al. 2020, doi:10.1093/bioinformatics/btz682).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.corpora.relations.pair import End, Pair, Range

HEAD, TAIL = "head", "tail"

Marker = Callable[[End, str], tuple[str, str]]
"""The strings before and after a mention of an end; the second argument is `HEAD` or `TAIL`."""


class Form(StrEnum):
    PLAIN = "plain"
    MARKED = "marked"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text and where the ends' mentions stand in it: without their markers, or as their masks."""

    text: str
    head: tuple[Range, ...]
    tail: tuple[Range, ...]


def render(pair: Pair, form: Form) -> Rendered:
    """The pair in one of the three forms, with the default markers and masks."""
    if form is Form.MARKED:
        return marked(pair)
    return masked(pair) if form is Form.MASKED else plain(pair)


def plain(pair: Pair) -> Rendered:
    return Rendered(pair.text, pair.head.spans, pair.tail.spans)


def typed(end: End, _place: str) -> tuple[str, str]:
    """`<Gene>` and `</Gene>`: the paper's markers, the same for head and tail."""
    return f"<{end.type.value}>", f"</{end.type.value}>"


def marked(pair: Pair, marker: Marker = typed) -> Rendered:
    """Markers round every mention of both ends, each with a space towards the mention. Mentions may nest, touch or cross."""
    inserted: list[tuple[tuple[int, int, int], int, str]] = []
    for place, end in ((HEAD, pair.head), (TAIL, pair.tail)):
        before, after = marker(end, place)
        second = place == TAIL
        for start, stop in end.spans:
            # Where several stand at one place: what closes before what opens; the longer opens first and closes last.
            inserted.append(((start, 1, -stop), second, f"{before} "))
            inserted.append(((stop, 0, -start), not second, f" {after}"))
    inserted.sort()
    pieces: list[str] = []
    at = grown = 0
    moved: list[tuple[int, int]] = []  # (place in the old text, letters inserted before it so far)
    for (place_, _, _), _, text in inserted:
        pieces += (pair.text[at:place_], text)
        at = place_
        grown += len(text)
        moved.append((place_, grown))
    pieces.append(pair.text[at:])

    def shift(letter: int) -> int:
        """How far the letter at that place of the old text has moved."""
        return max((by for place_, by in moved if place_ <= letter), default=0)

    def follow(spans: Iterable[Range]) -> tuple[Range, ...]:
        return tuple((start + shift(start), stop + shift(stop - 1)) for start, stop in spans)

    return Rendered("".join(pieces), follow(pair.head.spans), follow(pair.tail.spans))


def mask(end: End, number: int | None = None) -> str:
    """`@GENE$`, or `@GENE1$` with a number."""
    return f"@{end.type.name}{'' if number is None else number}$"


def masked(pair: Pair, *, others: bool = False) -> Rendered:
    """Masks instead of the ends' mentions: `@GENE$` and `@DISEASE$`; `@GENE1$` and `@GENE2$` where both are of one type.

    Mentions of the two ends that overlap become one mask of both (`@CHEMICAL-GENE$`). With `others`, the text's other mentions are
    masked as `@GENE$`; one that overlaps an end's mention is swallowed by it.
    """
    same = pair.head.type == pair.tail.type
    names = (mask(pair.head, 1 if same else None), mask(pair.tail, 2 if same else None))
    both = f"{names[0][:-1]}-{names[1][1:]}"
    blocks = _blocks(pair, others=others)
    pieces: list[str] = []
    spans: tuple[list[Range], list[Range]] = ([], [])
    at = length = 0
    for start, stop, owners, other in blocks:
        name = both if len(owners) == 2 else names[min(owners)] if owners else other
        pieces += (pair.text[at:start], name)
        length += start - at
        for owner in owners:
            spans[owner].append((length, length + len(name)))
        length += len(name)
        at = stop
    pieces.append(pair.text[at:])
    return Rendered("".join(pieces), tuple(spans[0]), tuple(spans[1]))


def _blocks(pair: Pair, *, others: bool) -> list[tuple[int, int, frozenset[int], str]]:
    """Stretches to mask, in order and apart from each other: start, end, whose (0 head, 1 tail), and the mask of one that is no end's."""
    wanted = [(start, stop, owner) for owner, end in enumerate((pair.head, pair.tail)) for start, stop in end.spans]
    blocks: list[tuple[int, int, frozenset[int], str]] = []
    for start, stop, owner in sorted(wanted):
        if blocks and start < blocks[-1][1]:
            first, last, owners, _ = blocks[-1]
            blocks[-1] = (first, max(last, stop), owners | {owner}, "")
        else:
            blocks.append((start, stop, frozenset({owner}), ""))
    if others:
        free: list[tuple[int, int, frozenset[int], str]] = []
        for start, stop, name in sorted((*span, mask(end)) for end in pair.others for span in end.spans):
            taken = any(start < b and a < stop for a, b, _, _ in (*blocks, *free[-1:]))
            if not taken:
                free.append((start, stop, frozenset(), name))
        blocks = sorted([*blocks, *free], key=lambda block: block[0])
    return blocks
