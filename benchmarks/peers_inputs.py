"""What a classifier of marked texts is asked: one text for each candidate pair, or one for each sentence that names both.

The candidates are those that our relation head judges, of our linked entities; the peers get them for nothing. Both entities are
marked, the first between `$`, the second between `#` (Wu and He 2019, arXiv:1905.08284).
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from models.corpora.documents import Document
from models.corpora.registry import corpus
from models.runtime.pieces import piece_ranges
from models.runtime.windows import windows
from processors.records import Entities, EntityType, Mention
from processors.sentences import split_sentences

MARKS = ("$", "#")
FRAME = 2
"""The special pieces of a pass."""

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """One pass of the classifier."""

    text: str
    pieces: int  # with the special ones, at most a window


@dataclass(frozen=True, slots=True)
class Asked:
    """One document as the peers read it."""

    text: str
    pieces: int  # of the text, with the special ones of each window
    pairs: int  # candidates
    whole: tuple[Question, ...]  # the whole text for each pair
    sentences: tuple[Question, ...]  # each sentence for each pair that it names


def asked(entities: Entities, offsets: Any, type_pairs: Collection[frozenset[EntityType]], *, window: int, overlap: int) -> Asked:
    """`offsets` (T, 2) are the code points of the text's pieces; `window` and `overlap` are in pieces, a window with its special ones."""
    text = entities.text
    found = list(candidates(entities.mentions, type_pairs))
    sentences = [(span.start, span.end) for span in entities.sentences]
    inside = [(sentence, pair) for pair in found for sentence in sentences if all(any(_within(m, sentence) for m in side) for side in pair)]
    return Asked(
        text=text,
        pieces=sum(w.end - w.start + FRAME for w in windows(len(offsets), window - FRAME, overlap)),
        pairs=len(found),
        whole=tuple(_question(text, (0, len(text)), pair, offsets, window) for pair in found),
        sentences=tuple(_question(text, sentence, pair, offsets, window) for sentence, pair in inside),
    )


def type_pairs(names: Iterable[tuple[str, str]]) -> frozenset[frozenset[EntityType]]:
    """The manifest's pairs of types, as sets."""
    return frozenset(frozenset(EntityType(name) for name in pair) for pair in names)


def candidates(
    mentions: Sequence[Mention], allowed: Collection[frozenset[EntityType]]
) -> Iterator[tuple[tuple[Mention, ...], tuple[Mention, ...]]]:
    """The mentions of each two entities whose types may be related; an entity's type is its first mention's."""
    named: dict[str, list[Mention]] = {}
    for mention in mentions:
        for curie in mention.identifiers:
            named.setdefault(curie, []).append(mention)
    for a, b in combinations(named.values(), 2):
        if frozenset((a[0].type, b[0].type)) in allowed:
            yield tuple(a), tuple(b)


def sentence_loss(documents: Iterable[Document]) -> dict[str, Any]:
    """How many gold relations never have both entities named in one sentence: what a reader of single sentences cannot find.

    Counts relations of which both entities have a mention.
    """
    relations = apart = 0
    for document in documents:
        ends = [end for _, end in split_sentences(document.text, title_end=len(document.title))]
        named: dict[str, set[int]] = {}
        for mention in document.mentions:
            for identifier in mention.ids:
                named.setdefault(identifier, set()).add(bisect_right(ends, mention.start))
        for a, b in document.relations:
            if a in named and b in named:
                relations += 1
                apart += not named[a] & named[b]
    return {"relations": relations, "never_in_one_sentence": apart, "share": round(apart / relations, 4) if relations else None}


def biored_dev(data: Path) -> list[Document]:
    """BioRED's dev set, whose relations are annotated over whole abstracts. Raises `CorpusMissing`."""
    return list(corpus("biored").read("dev", data))


def _within(mention: Mention, sentence: Range) -> bool:
    return sentence[0] <= mention.start < sentence[1]


def _question(text: str, part: Range, pair: Sequence[Sequence[Mention]], offsets: Any, window: int) -> Question:
    marks = [(m.start, m.end, mark) for side, mark in zip(pair, MARKS, strict=True) for m in side if _within(m, part)]
    first, stop = piece_ranges(offsets, [part[0]], [part[1]])
    return Question(_marked(text, part, marks), min(window, int(stop[0] - first[0]) + 2 * len(marks) + FRAME))


def _marked(text: str, part: Range, marks: Sequence[tuple[int, int, str]]) -> str:
    """The part with `mark` and a space before each range, and a space and `mark` behind it."""
    cuts = sorted([*((start, 1, f"{mark} ") for start, _, mark in marks), *((end, 0, f" {mark}") for _, end, mark in marks)])
    made, at = [], part[0]
    for place, _, inserted in cuts:
        made += [text[at : min(place, part[1])], inserted]
        at = min(place, part[1])
    return "".join([*made, text[at : part[1]]]).strip()
