"""A document with numbered mentions and relations between them, and the candidate pairs in it."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from models.corpora.documents import Document, GoldMention
from models.corpora.relations.pair import End, Pair, Range, sentence_group
from processors.records import EntityType
from processors.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention with the corpus's own number; code points of the document's text."""

    id: str
    start: int
    end: int
    type: EntityType
    kind: str  # the corpus's own name of the type


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document of a corpus that relates mentions, not identifiers."""

    corpus: str  # corpus/split
    pmid: str
    title: str
    text: str  # the title, a space, the abstract
    mentions: tuple[Mention, ...]  # in order
    links: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)  # (head, tail) -> the corpus's labels, sorted

    def document(self) -> Document:
        """As a gold document of mentions, for NER and for the leakage guard."""
        mentions = {GoldMention(m.start, m.end, m.type, ()) for m in self.mentions}
        return Document(self.corpus, self.pmid, self.title, self.text, tuple(sorted(mentions, key=lambda m: (m.start, m.end, m.type))))


def candidates(document: Annotated, head: EntityType, tail: EntityType, *, apart: int | None = 0) -> Iterator[Pair]:
    """Every pair of a mention of type `head` and one of type `tail`, at most `apart` sentences from each other; None: of the document.

    The pair's text is the sentences from the one mention to the other. Gold relations further apart are not among the candidates:
    a score must hold them against recall.
    """
    ranges = sentences(document.text, len(document.title), [(m.start, m.end) for m in document.mentions])
    at = _sentence_of(document, ranges)
    passages: dict[tuple[int, int], tuple[str, str, tuple[End, ...]]] = {}
    for a in document.mentions:
        for b in document.mentions:
            first, last = sorted((at[a.id], at[b.id]))
            if a.type != head or b.type != tail or a is b or (apart is not None and last - first > apart):
                continue
            start = ranges[first][0]
            if (first, last) not in passages:
                text = document.text[start : ranges[last][1]].rstrip()
                inside = [_end(m, start) for m in document.mentions if first <= at[m.id] <= last]
                passages[first, last] = (text, sentence_group(text), tuple(inside))
            text, group, inside_ = passages[first, last]
            yield Pair(
                corpus=document.corpus,
                id=f"{document.pmid}.{a.id}.{b.id}",
                document=document.pmid,
                text=text,
                head=_end(a, start),
                tail=_end(b, start),
                labels=document.links.get((a.id, b.id), ()),
                directed=True,
                apart=last - first,
                start=start,
                group=group,
                others=tuple(end for end in inside_ if end.ids[0] not in (a.id, b.id)),
            )


def sentences(text: str, title_end: int, mentions: Sequence[Range]) -> list[Range]:
    """The text's sentences; a border inside a mention is none."""
    ranges: list[Range] = []
    for start, end in split_sentences(text, title_end=title_end):
        if ranges and any(a < start < b for a, b in mentions):
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
    return ranges


def _sentence_of(document: Annotated, ranges: Sequence[Range]) -> dict[str, int]:
    starts = [start for start, _ in ranges]
    return {m.id: bisect_right(starts, m.start) - 1 for m in document.mentions}


def _end(mention: Mention, start: int) -> End:
    return End(((mention.start - start, mention.end - start),), mention.type, mention.kind, (mention.id,))
