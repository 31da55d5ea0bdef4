"""Sentences of XML corpora with mentions that may lie in several parts, and the pairs between them: DDI-2013 and the PPI corpora."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

from models.corpora.relations.pair import End, Pair, Range, sentence_group
from models.corpora.relations.tables import attribute, broken
from processors.records import EntityType


@dataclass(frozen=True, slots=True)
class Parts:
    """A mention of a sentence; several parts where other words stand between them (`vitamin D2 and D3`)."""

    id: str
    parts: tuple[Range, ...]
    type: EntityType
    kind: str
    text: str  # as the corpus writes it


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as it stands in the file."""

    corpus: str  # corpus/split
    id: str
    document: str
    text: str
    mentions: tuple[Parts, ...]


def read_parts(element: Element, place: Path | str, *, between: str, closed: bool, type_: EntityType, kind: str) -> Parts:
    """An `entity` element. Its parts are joined by `between`; where `closed`, an end is the last letter, else the place behind it."""
    ranges: list[Range] = []
    written = attribute(element, "charOffset", place)
    for part in written.split(between):
        start, dash, end = part.partition("-")
        if not (dash and start.isdecimal() and end.isdecimal()):
            broken(place, None, f"{attribute(element, 'id', place)}: the offset {written[:80]!r} is none")
        ranges.append((int(start), int(end) + closed))
    return Parts(attribute(element, "id", place), tuple(ranges), type_, kind, attribute(element, "text", place))


def fits(mention: Parts, text: str) -> bool:
    """Whether a mention stands where its offsets say; blanks apart, which the corpora write at will between parts."""
    inside = all(0 <= start < end <= len(text) for start, end in mention.parts)
    apart = all(a[1] <= b[0] for a, b in pairwise(mention.parts))
    found = "".join(text[start:end] for start, end in mention.parts)
    return inside and apart and "".join(found.split()) == "".join(mention.text.split())


def pair_of(sentence: Sentence, number: str, head: Parts, tail: Parts, labels: Iterable[str], *, directed: bool = False) -> Pair:
    """A pair of the sentence; of a mention in parts, the span is the longest one that the other end does not share."""
    ends = [End((_clear(one.parts, other.parts),), one.type, one.kind, (one.id,)) for one, other in ((head, tail), (tail, head))]
    others = tuple(End((_clear(m.parts, ()),), m.type, m.kind, (m.id,)) for m in sentence.mentions if m.id not in (head.id, tail.id))
    return Pair(
        corpus=sentence.corpus,
        id=number,
        document=sentence.document,
        text=sentence.text,
        head=ends[0],
        tail=ends[1],
        labels=tuple(sorted(labels)),
        directed=directed,
        group=sentence_group(sentence.text),
        others=others,
    )


def by_id(mentions: Sequence[Parts]) -> Mapping[str, Parts]:
    return {mention.id: mention for mention in mentions}


def _clear(parts: Sequence[Range], other: Sequence[Range]) -> Range:
    free = [part for part in parts if not any(part[0] < end and start < part[1] for start, end in other)]
    return max(free or parts, key=lambda part: (part[1] - part[0], -part[0]))
