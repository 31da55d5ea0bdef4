"""Gold entities: a document's mentions grouped by the corpus's identifiers, as the pair head reads them."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.corpora.documents import ENTITY_TYPES, Document
from models.runtime.pairs import MentionTokens
from models.runtime.pieces import piece_ranges
from processors.sentences import split_sentences

NO_ID = "-"


@dataclass(frozen=True, slots=True)
class GoldEntities:
    """A document's gold entities: what the pair head reads of them, and which ids they have."""

    tokens: MentionTokens
    ids: tuple[str, ...]  # by entity number; one that the corpus gives no id begins with NO_ID
    spans: tuple[tuple[int, int], ...]  # code points, in the order of `tokens`


def gold_entities(document: Document, offsets: NDArray[np.int32]) -> GoldEntities:
    """Entities numbered by first mention; a mention without an id is an entity of its own text, one of several ids stands there for each.

    `offsets` (T, 2) are the code points of the tokeniser's pieces; a mention that touches none is left out.
    """
    ends = [end for _, end in split_sentences(document.text, title_end=len(document.title))]
    mentions = document.mentions
    firsts, stops = piece_ranges(offsets, [m.start for m in mentions], [m.end for m in mentions])
    numbers: dict[str, int] = {}
    rows: dict[tuple[int, int, int, int, int], tuple[int, int]] = {}
    for mention, first, stop in zip(mentions, firsts.tolist(), stops.tolist(), strict=True):
        if first == stop:
            continue
        surface = document.text[mention.start : mention.end].casefold()
        for id_ in mention.ids or (f"{NO_ID}{mention.type}:{surface}",):
            number = numbers.setdefault(id_, len(numbers))
            row = (first, stop, number, ENTITY_TYPES.index(mention.type), bisect_right(ends, mention.start))
            rows.setdefault(row, (mention.start, mention.end))
    columns = np.array(sorted(rows), dtype=np.int64).reshape(-1, 5).T
    return GoldEntities(
        MentionTokens(*(np.ascontiguousarray(column) for column in columns)),
        tuple(numbers),
        tuple(rows[row] for row in sorted(rows)),
    )
