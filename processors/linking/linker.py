"""The linker: a vocabulary and what it makes of a document's mentions. Pure: the answer depends on the arguments and the vocabulary."""

from collections.abc import Sequence
from pathlib import Path

from processors.linking.document import matches
from processors.records import Curie, EntityType
from processors.vocabulary import Vocabulary


class Linker:
    """Links the mentions of documents with one vocabulary; immutable, safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.version = vocabulary.version

    def name_of(self, curie: str) -> str | None:
        """The vocabulary's name of an identifier, or None."""
        return self._vocabulary.name_of(curie)

    def link(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[tuple[Curie, ...]]:
        """The identifiers of each mention, in the order of the mentions; never empty.

        `mentions` are (start, end, type) in code points of `text`. A mention that stands for several entities together
        (`ERK1/2`) has several identifiers; one that the vocabulary does not know has one `local:` CURIE.
        """
        return [match.curies for match in matches(self._vocabulary, document_id, text, mentions)]


def load_linker(reference: str | Path | None = None) -> Linker:
    """The linker over a vocabulary: a folder, `name` or `name@version`; None: the newest shipped one.

    Raises `ArtefactMissing`, `ArtefactCorrupt`.
    """
    return Linker(Vocabulary.open(reference))
