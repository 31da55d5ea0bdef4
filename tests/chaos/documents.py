"""What a round publishes, drawn from its seed: new documents, revisions, deletions and retractions; and what reads them.

The extractor is a rule as in `tests.stream.dictionary`, over words that are numbers, so that a graph of thousands of documents has many
small edges. The same text gives the same answer to the byte, whichever worker reads it.
"""

import hashlib
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from models.runtime.effort import Effort
from processors.records import (
    Abstract,
    Article,
    Entities,
    EntityType,
    Evidence,
    Link,
    LinkKind,
    Mention,
    Participant,
    Predicate,
    Provenance,
    Question,
    QuestionStep,
    Relation,
    Relations,
    Section,
    Span,
)

CHEMICALS = DISEASES = 18
POOL = 240
"""Documents that a round draws from; four of them leave and four come with each round."""
_NOTICES = 9_000_000
_WORD = re.compile(r"\b(chem|dis)(\d+)\b")
_SENTENCE = re.compile(r"[^.]+\.?")
_TYPES = {"chem": EntityType.CHEMICAL, "dis": EntityType.DISEASE}

QUESTIONS = (
    Question.of("mesh:C0", "mesh:D0", (QuestionStep(),), id="pair"),
    Question.of("mesh:C1", None, (QuestionStep(type=EntityType.DISEASE, min_papers=2),), id="open"),
    Question.of("mesh:D1", "mesh:D2", (QuestionStep(type=EntityType.CHEMICAL), QuestionStep()), id="bridge"),
)
"""Standing questions that are asked before the first round."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A document to publish, or to delete."""

    document: str
    abstract: Abstract | None
    kind: str  # new, again (a revision right behind the last), deletion, own, notice, list, withdrawal


class Author:
    """Draws publications for one round; `texts` are what documents say, where numbers would say nothing to a model."""

    def __init__(self, seed: int, round_: int, texts: Sequence[str] = ()) -> None:
        self._rng = random.Random(f"{seed}:{round_}:documents")
        self._first = 4 * round_
        self._name = f"{seed}.{round_}"
        self._count = 0
        self._texts = texts
        self._last = self._number()

    def next(self) -> Publication:
        rng = self._rng
        draw = rng.random()
        self._count += 1
        number = self._last if draw > 0.9 else self._number()
        self._last = number
        document = f"pubmed:{number}"
        if draw < 0.09:
            return Publication(document, None, "deletion")
        if draw < 0.16:
            return Publication(document, self._abstract(document, retracted=True), "own")
        if draw < 0.23:
            notice = f"pubmed:{_NOTICES + number % 40}"
            links = tuple(Link(kind=LinkKind.RETRACTS, target=f"pubmed:{self._number()}") for _ in range(rng.randint(1, 3)))
            return Publication(notice, self._abstract(notice, links=tuple(dict.fromkeys(links))), "notice")
        if draw < 0.30:
            entry = f"retraction:{number}"
            link = Link(kind=LinkKind.RETRACTS, target=document)
            return Publication(entry, Abstract(id=entry, title="", links=(link,), source=self._said()), "list")
        if draw < 0.36:
            gone = f"retraction:{number}" if rng.random() < 0.7 else f"pubmed:{_NOTICES + number % 40}"
            return Publication(gone, None, "withdrawal")
        return Publication(document, self._abstract(document), "again" if draw > 0.9 else "new")

    def _number(self) -> int:
        return 1 + self._first + self._rng.randrange(POOL)

    def _said(self) -> str:
        return f"round {self._name}.{self._count}"

    def _abstract(self, document: str, *, retracted: bool = False, links: tuple[Link, ...] = ()) -> Abstract:
        rng = self._rng
        sentences = [rng.choice(self._texts)] if self._texts else [self._sentence() for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.08:
            sentences.append("This one is SLOW.")
        return Abstract(
            id=document,
            title=f"Report {self._said()}",
            sections=(Section(text=" ".join(sentences)),),
            published=str(rng.randint(1990, 2026)),
            retracted=retracted,
            links=links,
        )

    def _sentence(self) -> str:
        rng = self._rng
        verb = rng.choices(("caused", "did not cause", "may cause"), (6, 2, 1))[0]
        return f"Here chem{rng.randrange(CHEMICALS)} {verb} dis{rng.randrange(DISEASES)}."


class NumberedExtractor:
    """Chemicals and diseases that are numbers; those of one sentence are related; `not` denies it, `may` supposes it."""

    provider = "cpu"
    provenance = Provenance(software="test", model="numbered@1", generation=1, vocabulary="numbers@1")

    def entities(self, abstract: Abstract) -> Entities:
        text = abstract.text
        if "SLOW" in text:
            time.sleep(0.15)
        mentions = tuple(
            Mention(
                id=f"T{place}",
                start=word.start(),
                end=word.end(),
                text=word[0],
                type=_TYPES[word[1]],
                identifiers=(f"mesh:{word[1][0].upper()}{word[2]}",),
                score=0.9,
            )
            for place, word in enumerate(_WORD.finditer(text), 1)
        )
        sentences = tuple(Span(start=match.start(), end=match.end()) for match in _SENTENCE.finditer(text))
        article = Article.of(abstract)
        return Entities(id=abstract.id, article=article, text=text, sentences=sentences, mentions=mentions, provenance=self.provenance)

    def effort(self) -> Effort:
        return Effort()

    def relations(self, entities: Entities) -> Relations:
        found: dict[tuple[str, str], Relation] = {}
        for sentence in entities.sentences:
            inside = [mention for mention in entities.mentions if sentence.start <= mention.start < sentence.end]
            text = entities.text[sentence.start : sentence.end]
            for subject in inside:
                for object_ in inside:
                    if (subject.type, object_.type) == (EntityType.CHEMICAL, EntityType.DISEASE):
                        relation = _relation(subject, object_, sentence, text)
                        found[subject.identifiers[0], object_.identifiers[0]] = relation
        return Relations(id=entities.id, article=entities.article, relations=tuple(found.values()), provenance=self.provenance)


def _relation(subject: Mention, object_: Mention, sentence: Span, text: str) -> Relation:
    spans = [Span(start=mention.start, end=mention.end) for mention in (subject, object_)]
    evidence = Evidence(start=sentence.start, end=sentence.end, text=text, subject=spans[0], object=spans[1])
    drawn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 1000
    return Relation(
        subject=Participant(id=subject.identifiers[0], name=subject.text, type=subject.type, spans=(spans[0],)),
        object=Participant(id=object_.identifiers[0], name=object_.text, type=object_.type, spans=(spans[1],)),
        predicate=Predicate.ASSOCIATION,
        probability=(500 + drawn // 2) / 1000,
        negated=" not " in text,
        speculated=" may " in text,
        evidence=evidence,
    )
