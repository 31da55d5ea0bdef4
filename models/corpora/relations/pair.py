"""The one gold form of relation corpora: two marked ends in a text, and what the corpus says of them."""

import hashlib
from dataclasses import dataclass

from models.corpora.documents import normalise
from processors.records import EntityType

Range = tuple[int, int]
"""A half-open range of code points."""

NONE = "None"
"""The label of a pair that the corpus says nothing of, or denies."""


@dataclass(frozen=True, slots=True)
class End:
    """An entity as one end of a relation: its mentions in the pair's text, at least one, in order."""

    spans: tuple[Range, ...]
    type: EntityType
    kind: str  # the corpus's own name of the type
    ids: tuple[str, ...] = ()  # the corpus's own identifiers


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends in a sentence or passage. Spans count code points of `text`; masked corpora's spans are those of the masks."""

    corpus: str  # corpus/split
    id: str  # one pair's own in its corpus and split
    document: str  # PMID where the corpus gives one, else the corpus's own number
    text: str
    head: End
    tail: End
    labels: tuple[str, ...]  # the corpus's own, sorted; none where it says, or by silence implies, that there is no relation
    directed: bool = False  # whether head -> tail is the relation's direction; else the order is that of the text
    apart: int = 0  # sentence borders between the closest mentions
    start: int = 0  # where `text` begins in the document's text
    group: str = ""  # pairs of one group come from one sentence: never to be parted between training and test
    others: tuple[End, ...] = ()  # the text's other mentions, where the corpus gives them

    @property
    def label(self) -> str:
        """The first label, or `NONE`; of the few pairs that have two (1 % of DrugProt's), the alphabet decides."""
        return self.labels[0] if self.labels else NONE

    @property
    def pmid(self) -> str:
        """The document, as the leakage guard asks for it."""
        return self.document

    @property
    def distance(self) -> int:
        """Code points between the closest mentions, 0 where they touch or overlap."""
        return min(max(0, max(a, c) - min(b, d)) for a, b in self.head.spans for c, d in self.tail.spans)

    @property
    def overlap(self) -> bool:
        """Whether a mention of one end shares letters with one of the other."""
        return any(a < d and c < b for a, b in self.head.spans for c, d in self.tail.spans)


def sentence_group(text: str) -> str:
    """The group of pairs of an unmasked text: the same for texts that differ in spacing, punctuation and case only."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()[:16]
