"""A small rule-based extractor for the stream's tests: real records, no model.

It finds the words of a fixed dictionary and states an Association between every chemical and every disease of one sentence.
It stands where the trained extractor stands, so that these tests are about messages, offsets and processes, run in
milliseconds, and need no artefact; the tests in `tests/end_to_end` use the shipped model. Some words make it misbehave, which a
trained model cannot be asked to do: POISON raises, KILL ends the process as the kernel would, SLOW takes its time, HANG comes to no end,
HUGE answers with more than a topic takes.
"""

import os
import re
import signal
import time

from models.runtime.effort import Effort
from processors.records import (
    Abstract,
    Article,
    Entities,
    EntityType,
    Evidence,
    Mention,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Span,
)

WORDS = {
    "aspirin": ("mesh:D001241", EntityType.CHEMICAL),
    "lithium": ("mesh:D008094", EntityType.CHEMICAL),
    "cocaine": ("mesh:D003042", EntityType.CHEMICAL),
    "headache": ("mesh:D006261", EntityType.DISEASE),
    "seizures": ("mesh:D012640", EntityType.DISEASE),
    "nausea": ("mesh:D009325", EntityType.DISEASE),
}
_WORD = re.compile("|".join(WORDS))
_SENTENCE = re.compile(r"[^.]+\.?")


class DictionaryExtractor:
    """Entities by dictionary, relations by co-occurrence."""

    provider = "cpu"

    def __init__(self, generation: int = 1) -> None:
        self.provenance = Provenance(software="test", model=f"dictionary@{generation}", generation=generation, vocabulary="words@1")

    def entities(self, abstract: Abstract) -> Entities:
        text = abstract.text
        if "POISON" in text:
            raise ValueError("this text is poison")
        if "KILL" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "HANG" in text:
            time.sleep(3600)
        if "SLOW" in text:
            time.sleep(0.2)
        found = sorted(_WORD.finditer(text), key=lambda match: match.start())
        mentions = tuple(
            Mention(
                id=f"T{number}",
                start=match.start(),
                end=match.end(),
                text=match[0],
                type=WORDS[match[0]][1],
                identifiers=(WORDS[match[0]][0],),
                score=0.9,
            )
            for number, match in enumerate(found, 1)
        )
        sentences = tuple(Span(start=match.start(), end=match.end()) for match in _SENTENCE.finditer(text))
        return Entities(
            id=abstract.id,
            article=Article.of(abstract),
            text=text * 40_000 if "HUGE" in text else text,
            sentences=sentences,
            mentions=mentions,
            provenance=self.provenance,
        )

    def effort(self) -> Effort:
        return Effort()

    def relations(self, entities: Entities) -> Relations:
        found = {}
        for sentence in entities.sentences:
            inside = [mention for mention in entities.mentions if sentence.start <= mention.start < sentence.end]
            for subject in inside:
                for object_ in inside:
                    if (subject.type, object_.type) == (EntityType.CHEMICAL, EntityType.DISEASE):
                        evidence = Evidence(
                            start=sentence.start,
                            end=sentence.end,
                            text=entities.text[sentence.start : sentence.end],
                            subject=_span(subject),
                            object=_span(object_),
                        )
                        found[subject.identifiers, object_.identifiers] = Relation(
                            subject=_participant(subject, entities),
                            object=_participant(object_, entities),
                            predicate=Predicate.ASSOCIATION,
                            probability=0.8,
                            evidence=evidence,
                        )
        return Relations(id=entities.id, article=entities.article, relations=tuple(found.values()), provenance=self.provenance)


def _span(mention: Mention) -> Span:
    return Span(start=mention.start, end=mention.end)


def _participant(mention: Mention, entities: Entities) -> Participant:
    same = [other for other in entities.mentions if other.identifiers == mention.identifiers]
    return Participant(id=mention.identifiers[0], name=mention.text, type=mention.type, spans=tuple(map(_span, same)))
