"""Relations: from a document's linked mentions to typed relations between its entities."""

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.runtime.encoder import Encoder
from models.runtime.errors import ArtefactError
from models.runtime.pairs import MentionTokens, PairInputs, build_pairs
from models.runtime.pairwise import Named as Asked
from models.runtime.pairwise import PairwiseHead
from models.runtime.pieces import piece_ranges
from models.runtime.relation_head import RelationHead
from processors.ner import DIGITS, entity_types
from processors.polarity import Polarity
from processors.records import (
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
    Status,
)
from processors.sentences import split_sentences

logger = logging.getLogger(__name__)

MAX_MENTIONS = 1_000
"""Only so many mentions, the first of the document, stand in pairs: time and memory grow with their square. Abstracts have tens."""

MAX_PAIRS = 10_000
"""Only so many candidate pairs, those with the nearest mentions, are judged: bounds a full text."""

DENSE_PAIRS, PAIRS_A_PIECE = 1_000, 2
"""And only so many, or so many for each piece of a text, whichever are more, so that judging them costs a small part of reading it.
The head never learned from more: BioRED's abstracts have 855 candidate pairs at most; PubMed's have 21 on average (`bench_extract`)."""

MAX_ASKED = 1_000
"""Only so many candidate pairs, those with the nearest mentions, are put to a sibling, which reads the text anew for each."""

MAX_ATTENDED = 2**26
"""Only so many pairs times pieces are judged, which is less than `MAX_PAIRS` from 6,700 pieces on: a few seconds' work."""

CONTEXT = 1_000
"""Evidence shows at most so many characters before the first of its two mentions and behind the last."""


@dataclass(frozen=True, slots=True)
class Named:
    """A document's mentions by the entity that they name: parallel sequences, sorted as the pair head's inputs are."""

    entities: tuple[str, ...]  # CURIEs, in order of their first mention
    mentions: tuple[Mention, ...]
    tokens: MentionTokens


class RelationClassifier:
    """Judges every candidate pair of a document's entities in one pass. Pure given its artefacts; safe for threads.

    BioRED's relations have no direction: subject and object are in order of their CURIEs, as in the edge's key.
    """

    def __init__(
        self,
        encoder: Encoder,
        head: RelationHead,
        name_of: Callable[[str], str | None],
        provenance: Provenance,
        *,
        sibling: PairwiseHead | None = None,
    ) -> None:
        """`name_of` gives an identifier's preferred name, or None; a `sibling` decides in the head's place what is related, and how.

        Raises `ArtefactError` where the labels of the model that decides, or the sibling's entity types, are not ours.
        """
        self._encoder = encoder
        self._head = head
        self._name_of = name_of
        self._provenance = provenance
        self._sibling = sibling
        self._types = entity_types(encoder.artefact)
        decides = encoder.artefact.reference if sibling is None else sibling.artefact.reference
        try:
            self._predicates = tuple(Predicate(label) for label in (sibling or head).labels[1:])
            self._asked_types = [sibling.artefact.manifest.types.index(kind.value) for kind in self._types] if sibling else []
        except ValueError as error:
            raise ArtefactError(f"{decides}: {error}", remedy="Upgrade biorelay, or name another model.") from error

    def classify(self, entities: Entities) -> Relations:
        """All relations of the document, by (subject, object); a failed document has none and stays failed. Raises `TextTooLong`."""
        found: tuple[Relation, ...] = ()
        if entities.status is Status.OK and len(entities.mentions) > 1:
            found = tuple(self._relations(entities))
        return Relations(id=entities.id, status=entities.status, article=entities.article, relations=found, provenance=self._provenance)

    def _relations(self, entities: Entities) -> list[Relation]:
        encoded = self._encoder.encode(entities.text)
        sentence_ends = [span.end for span in entities.sentences] or [end for _, end in split_sentences(entities.text)]
        named = group_mentions(entities.mentions, encoded.offsets, sentence_ends, self._types)
        pieces = max(len(encoded.hidden), 1)
        limit = min(MAX_PAIRS, MAX_ATTENDED // pieces, max(DENSE_PAIRS, PAIRS_A_PIECE * pieces))
        limit = limit if self._sibling is None else min(limit, MAX_ASKED)
        inputs = build_pairs(encoded.hidden, named.tokens, self._head.type_pairs, most=limit)
        judged_pairs = self._head.judge(inputs)
        scores, novel = judged_pairs.probabilities, judged_pairs.novel
        labels = self._head.decide(scores)
        if self._sibling is not None:
            scores = self._sibling.score(entities.text, sentence_ends, self._asked(named, inputs), inputs.pairs)
            labels = self._sibling.decide(scores)
        polarity = Polarity(entities.text)
        participants: dict[int, Participant] = {}
        relations = []
        for row in np.flatnonzero(labels).tolist():
            label = int(labels[row])
            sides = list(zip(inputs.pairs[row].tolist(), inputs.closest[row].tolist(), strict=True))
            sides.sort(key=lambda side: named.entities[side[0]])
            for number, _ in sides:
                if number not in participants:
                    participants[number] = self._participant(named, number, self._types[int(inputs.entity_type[number])])
            (subject, near_subject), (object_, near_object) = sides
            shown = evidence(entities.text, sentence_ends, named.mentions[near_subject], named.mentions[near_object])
            judged = polarity.judge(sentences_within(sentence_ends, shown.start, shown.end), _range(shown.subject), _range(shown.object))
            relations.append(
                Relation(
                    subject=participants[subject],
                    object=participants[object_],
                    predicate=self._predicates[label - 1],
                    probability=round(float(scores[row, label]), DIGITS),
                    novel=None if novel is None else round(float(novel[row]), DIGITS),
                    negated=judged.negated,
                    speculated=judged.speculated,
                    evidence=shown.model_copy(update={"cues": judged.cues, "section": entities.section_at(shown.start)}),
                )
            )
        return sorted(relations, key=lambda relation: (relation.subject.id, relation.object.id))

    def _asked(self, named: Named, inputs: PairInputs) -> dict[int, Asked]:
        """The entities of the pairs, as a sibling is told of them."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for number, mention in zip(named.tokens.entity.tolist(), named.mentions, strict=True):
            spans.setdefault(number, []).append((mention.start, mention.end))
        numbers = np.unique(inputs.pairs).tolist()
        return {number: Asked(self._asked_types[int(inputs.entity_type[number])], spans[number]) for number in numbers}

    def _participant(self, named: Named, number: int, kind: EntityType) -> Participant:
        curie = named.entities[number]
        own = named.mentions[slice(*np.searchsorted(named.tokens.entity, (number, number + 1)))]
        return Participant(
            id=curie,
            name=self._name_of(curie) or max(own, key=lambda mention: len(mention.text)).text,
            type=kind,
            spans=tuple(Span(start=mention.start, end=mention.end) for mention in own),
        )


def group_mentions(
    mentions: Sequence[Mention], offsets: NDArray[np.int32], sentence_ends: Sequence[int], types: Sequence[EntityType]
) -> Named:
    """Group mentions by identifier; a mention of several entities stands once for each.

    `offsets` (T, 2) are the pieces' code points. Mentions that touch no piece, and those past `MAX_MENTIONS`, are left out.
    """
    ordered = sorted(mentions, key=lambda mention: (mention.start, mention.end, mention.id))
    if len(ordered) > MAX_MENTIONS:
        logger.warning("%d mentions in one document: pairs are built of the first %d", len(ordered), MAX_MENTIONS)
        ordered = ordered[:MAX_MENTIONS]
    first, stop = piece_ranges(offsets, [mention.start for mention in ordered], [mention.end for mention in ordered])
    numbers: dict[str, int] = {}
    rows: dict[tuple[int, int, int], Mention] = {}
    for mention, a, b in zip(ordered, first.tolist(), stop.tolist(), strict=True):
        if a < b:
            for curie in mention.identifiers:
                rows.setdefault((numbers.setdefault(curie, len(numbers)), a, b), mention)
    keys = sorted(rows)[:MAX_MENTIONS]
    entity, start, end = (np.array([key[i] for key in keys], dtype=np.int64) for i in range(3))
    chosen = tuple(rows[key] for key in keys)
    return Named(
        entities=tuple(numbers),
        mentions=chosen,
        tokens=MentionTokens(
            start=start,
            end=end,
            entity=entity,
            type=np.array([types.index(mention.type) for mention in chosen], dtype=np.int64),
            sentence=np.array([bisect_right(sentence_ends, mention.start) for mention in chosen], dtype=np.int64),
        ),
    )


def sentences_within(sentence_ends: Sequence[int], start: int, end: int) -> list[tuple[int, int]]:
    """The sentences between two places of the text, the first and the last cut there."""
    inner = sentence_ends[bisect_right(sentence_ends, start) : bisect_left(sentence_ends, end)]
    return list(pairwise((start, *inner, end)))


def _range(span: Span) -> tuple[int, int]:
    return span.start, span.end


def evidence(text: str, sentence_ends: Sequence[int], subject: Mention, object_: Mention) -> Evidence:
    """The sentences from the one mention to the other, without white space around them; what never ends is cut after `CONTEXT`."""
    begin = min(subject.start, object_.start)
    end = max(subject.end, object_.end)
    before = bisect_right(sentence_ends, begin)
    start = sentence_ends[before - 1] if before else 0
    behind = bisect_right(sentence_ends, max(end - 1, begin))
    stop = max(end, sentence_ends[behind]) if behind < len(sentence_ends) else len(text)
    start, stop = max(start, begin - CONTEXT), min(stop, end + CONTEXT)
    while start < begin and text[start].isspace():
        start += 1
    while stop > end and text[stop - 1].isspace():
        stop -= 1
    return Evidence(
        start=start,
        end=stop,
        text=text[start:stop],
        subject=Span(start=subject.start, end=subject.end),
        object=Span(start=object_.start, end=object_.end),
    )
