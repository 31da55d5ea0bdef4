"""The mentions of a set by their names: what the vocabulary takes a name for, and whether training documents had it.

A slice takes gold and found mentions by their words alone, so precision, recall and F1 mean on it what they mean on the whole.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from models.corpora.documents import ENTITY_TYPES, Document
from models.evaluation.baselines.words import Span
from models.evaluation.counts import Counts
from processors.normalisation import exact_key
from processors.records import EntityType
from processors.vocabulary import Vocabulary

ONE, TYPES, IDS, ORGANISMS, UNKNOWN = "one meaning", "several types", "several ids", "several organisms", "not in the vocabulary"
SEEN, UNSEEN = "seen", "unseen"

MEANINGS = (ONE, TYPES, IDS, ORGANISMS, UNKNOWN)

SliceOf = Callable[[str], str]
"""A name -> its slice."""


class Meanings:
    """How many things a name may mean, by the vocabulary's exact names.

    Several types go before several identifiers. A gene of one name in several organisms is a slice of its own: nearly every
    gene is, and the text around it usually says which organism it speaks of.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __call__(self, name: str) -> str:
        key = exact_key(name)
        found = {kind: self._vocabulary.candidates(kind, key) for kind in ENTITY_TYPES} if key else {}
        known = [candidates for candidates in found.values() if candidates]
        if len(known) != 1:
            return TYPES if known else UNKNOWN
        by_taxon: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        for candidate in known[0]:
            by_taxon.setdefault(candidate.taxa, set()).add(candidate.curies)
        if any(len(curies) > 1 for curies in by_taxon.values()):
            return IDS
        return ORGANISMS if len(by_taxon) > 1 else ONE


class Known:
    """Whether a name, without regard to case and punctuation, is one of the training documents' mentions."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._keys = {exact_key(d.text[m.start : m.end]) for d in documents for m in d.mentions}

    def __call__(self, name: str) -> str:
        return SEEN if exact_key(name) in self._keys else UNSEEN


def sliced(
    document: Document, found: Iterable[Span], types: Collection[EntityType], slice_of: SliceOf, slices: Sequence[str]
) -> dict[str, Counts]:
    """Strict spans of each slice, over these types."""

    def place(span: Span) -> str:
        return slice_of(document.text[span[0] : span[1]])

    gold = {(m.start, m.end, m.type) for m in document.mentions if m.type in types}
    got = {span for span in found if span[2] in types}
    return {name: Counts.of({s for s in gold if place(s) == name}, {s for s in got if place(s) == name}) for name in slices}
