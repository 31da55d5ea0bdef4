"""What the resolvers know of the document that they work in."""

from collections import Counter
from collections.abc import Sequence

from processors.abbreviations import definitions
from processors.normalisation import exact_key
from processors.records import Curie, EntityType
from processors.vocabulary import Vocabulary


class Context:
    """One document on its way through the linker: its text, its own abbreviations, and what was linked so far."""

    def __init__(self, vocabulary: Vocabulary, document: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> None:
        self.vocabulary = vocabulary
        self.document = document
        self.text = text
        self.mentions = mentions
        self.long_of: dict[str, str] = {}
        for definition in definitions(text):
            self.long_of.setdefault(definition.short, definition.long)
            if definition.short.endswith("s") and len(definition.short) > 2:
                self.long_of.setdefault(definition.short[:-1], definition.long)
            elif not definition.short.endswith("s"):
                self.long_of.setdefault(definition.short + "s", definition.long)
        self.shorts_of: dict[str, list[str]] = {}
        for short, long in self.long_of.items():
            self.shorts_of.setdefault(exact_key(long), []).append(short)
        self.taxa: Counter[str] = Counter()
        """NCBI Taxonomy numbers of the species mentions; complete before the first gene."""
        self.genes: list[Curie] = []
        """The document's genes, sorted; complete before the first variant."""
