"""Sentences of XML corpora with mentions that may lie in several parts, and the pairs between them: DDI-2013 and the PPI corpora."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from models.corpora.relations.pair import End, Pair, Range, sentence_group
from models.corpora.relations.tables import attribute, broken, field, offset
from processors.records import EntityType


@dataclass(frozen=True, slots=True)
class Parts:
    """A mention of a sentence; several parts where other words stand between them (`vitamin D2 and D3`)."""

    id: str
    parts: tuple[Range, ...]
    type: EntityType
    kind: str
    text: str  # as the corpus writes it


class Sentence:
    """One sentence as it stands in the file."""

    def __init__(self, corpus: str, id_: str, document: str, text: str, mentions: Sequence[Parts]) -> None:
        self.corpus = corpus  # corpus/split
        self.id = id_
        self.document = document
        self.text = text
        self.mentions = mentions
        self._group = sentence_group(text)
        self._ends = {m.id: _end(m, ()) for m in mentions}

    def pair(self, number: str, head: Parts, tail: Parts, labels: Iterable[str]) -> Pair:
        """A pair of the sentence; of a mention in parts, the span is the longest one that the other end does not share."""
        return Pair(
            corpus=self.corpus,
            id=number,
            document=self.document,
            text=self.text,
            head=_end(head, tail.parts),
            tail=_end(tail, head.parts),
            labels=tuple(sorted(labels)),
            group=self._group,
            others=tuple(end for id_, end in self._ends.items() if id_ not in (head.id, tail.id)),
        )


def read_parts(element: Element, place: Path | str, *, length: int, between: str, closed: bool, type_: EntityType, kind: str) -> Parts:
    """An `entity` element. Its parts are joined by `between`; where `closed`, an end is the last letter, else the place behind it.

    `length` is the sentence's; an offset that is not in it raises `CorpusBroken`.
    """
    ranges: list[Range] = []
    written = attribute(element, "charOffset", place)
    for part in written.split(between):
        start, end = (field(place, None, f"{element.get('id')}: the offset", edge, offset) for edge in (*part.split("-"), "", "")[:2])
        ranges.append((start, end + closed))
    edges = [edge for part in ranges for edge in part]
    if edges != sorted(edges) or any(start == end for start, end in ranges) or edges[-1] > length:
        broken(place, None, f"{attribute(element, 'id', place)}: the offset {written[:80]!r} is none of its sentence")
    return Parts(attribute(element, "id", place), tuple(ranges), type_, kind, attribute(element, "text", place))


def fits(mention: Parts, text: str) -> bool:
    """Whether a mention's words stand at its offsets; blanks apart, which the corpora write at will between parts."""
    found = "".join(text[start:end] for start, end in mention.parts)
    return "".join(found.split()) == "".join(mention.text.split())


def _end(mention: Parts, other: Sequence[Range]) -> End:
    free = [part for part in mention.parts if not any(part[0] < end and start < part[1] for start, end in other)]
    span = max(free or mention.parts, key=lambda part: (part[1] - part[0], -part[0]))
    return End((span,), mention.type, mention.kind, (mention.id,))
