"""Named entities: from an abstract to its sentences and linked mentions."""

import time
from threading import Lock

from models.runtime.artefact import Artefact
from models.runtime.encoder import Encoder
from models.runtime.errors import ArtefactError
from models.runtime.spans import decode_spans
from processors.consistency import settled
from processors.linking import Linker
from processors.records import Abstract, Article, Entities, EntityType, Mention, Provenance, Span
from processors.sentences import split_sentences

DIGITS = 4
"""Scores are rounded to so many digits: more would promise an exactness that another processor does not keep."""


def entity_types(artefact: Artefact) -> tuple[EntityType, ...]:
    """The artefact's types as ours, in its order; raises `ArtefactError` where it has others."""
    try:
        return tuple(EntityType(name) for name in artefact.manifest.ner.types)
    except ValueError as error:
        raise ArtefactError(f"{artefact.reference}: {error}", remedy="Upgrade biorelay, or name another model.") from error


class Recogniser:
    """Finds and links the mentions of an abstract. Pure given its artefacts; safe for threads."""

    def __init__(self, encoder: Encoder, linker: Linker, provenance: Provenance) -> None:
        """`provenance` is written into every record. Raises `ArtefactError` where the model's types are not ours."""
        self._encoder = encoder
        self._linker = linker
        self._provenance = provenance
        self._types = entity_types(encoder.artefact)
        self._rule = encoder.artefact.manifest.ner.rule()
        self.linking_seconds = 0.0  # all threads together
        self._counting = Lock()

    def recognise(self, abstract: Abstract) -> Entities:
        """Mentions T1, T2, ... in order of (start, end), none overlapping another. Raises `TextTooLong`."""
        text = abstract.text
        encoded = self._encoder.encode(text)
        spans = settled(text, decode_spans(encoded.ner, encoded.offsets, encoded.words, text, self._rule))
        types = [self._types[span.type] for span in spans]
        began = time.perf_counter()
        links = self._linker.resolve(abstract.id, text, [(span.start, span.end, kind) for span, kind in zip(spans, types, strict=True)])
        took = time.perf_counter() - began
        with self._counting:
            self.linking_seconds += took
        return Entities(
            id=abstract.id,
            article=Article.of(abstract),
            text=text,
            sentences=tuple(Span(start=start, end=end) for start, end in split_sentences(text, title_end=len(abstract.title))),
            headings=abstract.headings,
            mentions=tuple(
                Mention(
                    id=f"T{number}",
                    start=span.start,
                    end=span.end,
                    text=text[span.start : span.end],
                    type=kind,
                    identifiers=link.identifiers,
                    score=round(span.score, DIGITS),
                    link_score=link.score,
                )
                for number, (span, kind, link) in enumerate(zip(spans, types, links, strict=True), start=1)
            ),
            provenance=self._provenance,
        )
