"""The linker: a vocabulary and what it makes of a document's mentions. Pure: the answer depends on the arguments and the vocabulary."""

from collections.abc import Sequence
from pathlib import Path

from processors.linking.context import Context
from processors.linking.document import local_identifiers, matches
from processors.linking.score import Link, Scorer
from processors.records import Curie, EntityType
from processors.vocabulary import Vocabulary


class Linker:
    """Links the mentions of documents with one vocabulary; immutable, safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._scorer = Scorer.of(vocabulary.manifest)
        self.version = vocabulary.version

    def name_of(self, curie: str) -> str | None:
        """The vocabulary's name of an identifier, or None."""
        return self._vocabulary.name_of(curie)

    def canonical(self, curie: str) -> str:
        """The identifier that the vocabulary uses for what `curie` names (MeSH's for OMIM's, say); the same where it knows no other."""
        return self._vocabulary.canonical(curie)

    def resolve(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[Link]:
        """The link of each mention, in the order of the mentions.

        `mentions` are (start, end, type) in code points of `text`. A mention that stands for several entities together
        (`ERK1/2`) has several identifiers; one that the vocabulary does not know, or not surely enough, has one `local:`
        CURIE and no score.
        """
        context = Context(self._vocabulary, document_id, text, mentions)
        links = []
        for match, (start, end, kind) in zip(matches(context), mentions, strict=True):
            score = self._scorer.probability(kind, match) if match else None
            if match is None or not self._scorer.accepts(kind, score):
                links.append(Link(local_identifiers(context, kind, text[start:end]), None))
            else:
                links.append(Link(match.curies, score))
        return links

    def link(self, document_id: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[tuple[Curie, ...]]:
        """The identifiers alone of `resolve`; never empty."""
        return [link.identifiers for link in self.resolve(document_id, text, mentions)]


def load_linker(reference: str | Path | None = None) -> Linker:
    """The linker over a vocabulary: a folder, `name` or `name@version`; None: the newest shipped one.

    Raises `ArtefactMissing`, `ArtefactCorrupt`.
    """
    return Linker(Vocabulary.open(reference))
