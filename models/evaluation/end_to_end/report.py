"""Everything that can be scored of a gold file: entities, identifiers, relations; beside baselines, with mistakes and calibration."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.corpora.documents import ENTITY_TYPES, LABELS
from models.corpora.entities import NO_ID
from models.evaluation.baselines.dictionary import Dictionary
from models.evaluation.counts import Counts
from models.evaluation.end_to_end import identifiers, relations, spans
from models.evaluation.end_to_end.gold_file import GoldDocument, GoldFile, Stated
from models.evaluation.end_to_end.mistakes import FALSE, MISSED, Mistake, counted, of_spans
from models.evaluation.end_to_end.relation_mistakes import GOLD_ENTITIES, RAW_TEXT, Sides, of_relations
from models.evaluation.errors import GoldUnusable
from models.evaluation.from_text import Reader
from models.evaluation.linking_errors import Errors, Linked, Wanted
from models.evaluation.linking_report import EveryLink, ExactNames
from models.evaluation.linking_sets import Alternates
from models.evaluation.reliability import MENTIONS, MentionReliability, PairReliability
from models.evaluation.scores import reports
from models.evaluation.served import GoldPairs, Served
from models.evaluation.statistics import accuracy, mcc, roc_auc
from models.runtime.errors import TextTooLong
from processors.linking import Linker
from processors.outputs.pubtator import identifier_column
from processors.records import Curie, Entities, EntityType, Relation, Relations
from processors.vocabulary import Vocabulary

SCHEMA = "biorelay.end-to-end/1"

STRICT, RELAXED = "entities, strict spans", "entities, relaxed spans"
IDS_OF_MENTIONS, IDS_FROM_TEXT = "identifiers of gold mentions", "identifiers from raw text"
AS_CUT = ", cut as scorers of PubTator files do"
DICTIONARY, EXACT_NAMES = "dictionary of training names", "exact names"
OF_SENTENCE, OF_DOCUMENT = "all pairs of a sentence", "all pairs of a document"
NEVER = "no pair is related"
BASELINES = frozenset({DICTIONARY, EXACT_NAMES, OF_SENTENCE, OF_DOCUMENT})

Tell = Callable[[str], None]


def _quiet(message: str) -> None:
    pass


@dataclass(slots=True)
class Evaluation:
    """A result to store, and every mistake behind it."""

    result: dict[str, Any]
    mistakes: list[Mistake]


@dataclass(slots=True)
class _Tally:
    """Counts by document, for each part and system."""

    counts: defaultdict[str, defaultdict[str, list[Mapping[str, Counts]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, part: str, system: str, counts: Mapping[str, Counts]) -> None:
        self.counts[part][system].append(counts)

    def reports(self) -> dict[str, Any]:
        return {part: {system: reports(rows) for system, rows in systems.items()} for part, systems in self.counts.items()}


def evaluate_gold(
    gold: GoldFile,
    served: Served,
    linker: Linker,
    vocabulary: Vocabulary,
    *,
    dictionary: Dictionary | None = None,
    examples: int = 3,
    tell: Tell = _quiet,
) -> Evaluation:
    """Score a model and a linker on a gold file, as far as the file goes.

    `dictionary` is scored beside it, where there is one. `examples` of each category of mistakes come into the result.
    """
    scorer = _Scorer(gold, served, linker, vocabulary, dictionary)
    for number, document in enumerate(gold.documents):
        if number % 50 == 0:
            tell(f"{gold.name}: {number} of {len(gold.documents)} documents")
        scorer.add(number, document)
    return Evaluation(scorer.result(examples), scorer.mistakes)


class _Scorer:
    def __init__(self, gold: GoldFile, served: Served, linker: Linker, vocabulary: Vocabulary, dictionary: Dictionary | None) -> None:
        self._gold = gold
        self._served = served
        self._linker = linker
        self._exact, self._every = ExactNames(vocabulary), EveryLink(vocabulary)
        self._link_errors = Errors(vocabulary, Alternates())
        self._dictionary = dictionary
        self._reader = Reader(served, linker)
        self._system = served.artefact.reference
        self._type_pairs = frozenset(frozenset(map(EntityType, pair)) for pair in served.artefact.manifest.relations.type_pairs)
        self._judged_pairs = self._type_pairs & gold.pairs
        self._tally = _Tally()
        self._mention_curves, self._pair_curves = MentionReliability(served), PairReliability(served)
        self._entity_confusion = np.zeros((len(gold.types) + 1,) * 2, dtype=np.int64)
        self._relation_confusion = np.zeros((len(LABELS),) * 2, dtype=np.int64)
        self._pair_labels: list[tuple[int, int, float]] = []  # gold label, the model's, its probability of any relation
        self._too_long: list[str] = []
        self._scored = 0
        self._says_novelty = served.artefact.manifest.relations.novelty is not None
        self.mistakes: list[Mistake] = []

    def add(self, number: int, document: GoldDocument) -> None:
        try:
            entities, found = self._reader.read(document.abstract)
        except TextTooLong:
            self._too_long.append(document.abstract.id)
            return
        self._scored += 1
        self._entities(number, document, entities)
        if self._gold.has_ids:
            self._identifiers(document, entities)
        if self._gold.has_ids and self._gold.labels:
            sentence_ends = [s.end for s in entities.sentences]
            self._from_text(document, entities, found, sentence_ends)
            self._between_gold(number, document, sentence_ends)

    def _entities(self, number: int, document: GoldDocument, entities: Entities) -> None:
        types, text = self._gold.types, document.abstract.text
        systems = {self._system: [(m.start, m.end, m.type) for m in entities.mentions if m.type in types]}
        if self._dictionary is not None:
            systems[DICTIONARY] = [span for span in self._dictionary.find(text) if span[2] in types]
        for system, found in systems.items():
            self._tally.add(STRICT, system, spans.strict(document.spans, found, types))
            self._tally.add(RELAXED, system, spans.relaxed(document.spans, found, types))
        own = systems[self._system]
        self._entity_confusion += np.array(spans.confusion(document.spans, own, types), dtype=np.int64)
        self.mistakes += of_spans(document.abstract.id, text, document.spans, own)
        self._mention_curves.add(number, text, document.spans, types)

    def _identifiers(self, document: GoldDocument, entities: Entities) -> None:
        id_, text, types = document.abstract.id, document.abstract.text, self._gold.types
        gold = [(m.type, m.column) for m in document.mentions]
        of_gold = sorted(document.spans)
        of_text = [(m.start, m.end, m.type) for m in entities.mentions if m.type in types]
        found = {
            (IDS_OF_MENTIONS, self._system): _columns(of_gold, self._linker.link(id_, text, of_gold)),
            (IDS_OF_MENTIONS, EXACT_NAMES): _columns(of_gold, self._exact.link(id_, text, of_gold)),
            (IDS_FROM_TEXT, self._system): _columns(
                [(m.start, m.end, m.type) for m in entities.mentions], [m.identifiers for m in entities.mentions]
            ),
            (IDS_FROM_TEXT, EXACT_NAMES): _columns(of_text, self._exact.link(id_, text, of_text)),
        }
        for (part, system), columns in found.items():
            for convention, suffix in ((identifiers.WHOLE, ""), (identifiers.PLAIN, AS_CUT)):
                expected, got = (identifiers.sets(side, types, convention) for side in (gold, columns))
                counts = {kind.value: Counts.of(expected[kind], got[kind]) for kind in types}
                self._tally.add(part + suffix, system, {**counts, spans.ALL: Counts.total(counts.values())})
        wanted = [Wanted(m.start, m.end, m.type, m.ids) for m in document.mentions]
        linked = [Linked(m.start, m.end, m.type, m.identifiers) for m in entities.mentions if m.type in types]
        untold = [Linked(*span, curies) for span, curies in zip(of_text, self._every.link(id_, text, of_text), strict=True)]
        for side, errors in zip((MISSED, FALSE), self._link_errors.of(id_, text, wanted, linked, untold=untold), strict=True):
            for e in errors:
                gold_id, found_id = (e.identifier, e.found) if side == MISSED else (e.found, e.identifier)
                self.mistakes.append(Mistake(IDS_FROM_TEXT, side, e.kind, id_, gold_id, found_id, e.text))

    def _from_text(self, document: GoldDocument, entities: Entities, found: Relations, sentence_ends: Sequence[int]) -> None:
        judged = [r for r in found.relations if frozenset((r.subject.type, r.object.type)) in self._judged_pairs]
        stated = set(_stated(judged, identifiers.WHOLE))
        named = relations.entities((m.start, m.end, m.type, _whole(m.identifiers, m.type)) for m in entities.mentions)
        self._relations(RAW_TEXT, self._system, document.relations, stated)
        self._relations(RAW_TEXT + AS_CUT, self._system, document.plain_relations, set(_stated(found.relations, identifiers.PLAIN)))
        self._together(RAW_TEXT, document, named, sentence_ends)
        sides = self._sides(document, sentence_ends, named, stated)
        self.mistakes += of_relations(RAW_TEXT, sides, self._type_pairs, typed=self._gold.has_our_labels)

    def _between_gold(self, number: int, document: GoldDocument, sentence_ends: Sequence[int]) -> None:
        pairs = self._judged(self._served.gold_pairs(document.document()))
        labels = self._served.head.decide(pairs.probabilities)
        novel = pairs.judged.novel
        stated = set()
        for row in np.flatnonzero(labels).tolist():
            ends = [pairs.ids[number] for number in pairs.inputs.pairs[row].tolist()]
            if not any(end.startswith(NO_ID) for end in ends):
                said = None if novel is None else _is_novel(float(novel[row]))
                stated.add(Stated(frozenset(ends), LABELS[int(labels[row])], said))
        named = relations.entities((m.start, m.end, m.type, m.ids) for m in document.mentions)
        self._relations(GOLD_ENTITIES, self._system, document.relations, stated)
        self._together(GOLD_ENTITIES, document, named, sentence_ends)
        sides = self._sides(document, sentence_ends, named, stated)
        self.mistakes += of_relations(GOLD_ENTITIES, sides, self._type_pairs, typed=self._gold.has_our_labels)
        if self._gold.has_our_labels:
            np.add.at(self._relation_confusion, (pairs.labels, labels), 1)
            judged = {frozenset((pairs.ids[a], pairs.ids[b])) for a, b in pairs.inputs.pairs.tolist()}
            for relation in document.relations:
                if relation.label in LABELS and relation.pair not in judged:
                    self._relation_confusion[LABELS.index(relation.label), 0] += 1
            self._pair_curves.add(number, pairs)
            self._pair_labels += zip(pairs.labels.tolist(), labels.tolist(), (1 - pairs.probabilities[:, 0]).tolist(), strict=True)

    def _judged(self, pairs: GoldPairs) -> GoldPairs:
        """Without pairs of types between which the file relates nothing."""
        kinds = [ENTITY_TYPES[kind] for kind in pairs.inputs.entity_type.tolist()]
        return pairs.only([frozenset((kinds[a], kinds[b])) in self._judged_pairs for a, b in pairs.inputs.pairs.tolist()])

    def _sides(
        self, document: GoldDocument, sentence_ends: Sequence[int], found: Mapping[str, relations.Entity], stated: set[Stated]
    ) -> Sides:
        named = relations.entities((m.start, m.end, m.type, m.ids) for m in document.mentions)
        return Sides(document.abstract.id, document.abstract.text, sentence_ends, named, found, document.relations, stated)

    def _together(self, part: str, document: GoldDocument, named: Mapping[str, relations.Entity], sentence_ends: Sequence[int]) -> None:
        within = {id_: [bisect_right(sentence_ends, start) for start, _ in entity.places] for id_, entity in named.items()}
        for system, sentences in ((OF_SENTENCE, within), (OF_DOCUMENT, None)):
            self._relations(part, system, document.relations, relations.together(named, sentences, self._judged_pairs))

    def _relations(self, part: str, system: str, gold: frozenset[Stated], found: set[Stated]) -> None:
        counts = relations.count(gold, found, typed=self._gold.has_our_labels, novelty=self._gold.has_novelty)
        by_type = relations.count_types(gold, found) if self._gold.has_our_labels else {}
        self._tally.add(part, system, {**counts, **by_type})

    def result(self, examples: int) -> dict[str, Any]:
        """Raises `GoldUnusable` where no document could be read."""
        if not self._scored:
            raise GoldUnusable(f"every document of {self._gold.name} is longer than the model reads", remedy="Give abstracts, or passages.")
        parts = dict.fromkeys(mistake.part for mistake in self.mistakes)
        curves = {MENTIONS: self._mention_curves.curves()}
        confusion: dict[str, Any] = {
            "entities": {"names": [*(t.value for t in self._gold.types), "nothing"], "counts": self._entity_confusion.tolist()}
        }
        if self._gold.has_ids and self._gold.has_our_labels:
            curves |= self._pair_curves.curves()
            confusion["relations"] = {"names": list(LABELS), "counts": self._relation_confusion.tolist()}
        return {
            "schema": SCHEMA,
            "gold": self._gold.name,
            "documents": self._scored,
            "model": self._system,
            "vocabulary": self._linker.version,
            "types": [kind.value for kind in self._gold.types],
            "notices": [*self._gold.notices, *self._own_notices()],
            "scores": self._without_novelty(self._tally.reports()),
            "labels_of_pairs": self._labels(),
            "calibration": curves,
            "confusion": confusion,
            "mistakes": {part: counted([m for m in self.mistakes if m.part == part], examples) for part in parts},
        }

    def _labels(self) -> dict[str, Any]:
        """How candidate pairs of gold entities are labelled, in percent: most of them are not related, so accuracy says little alone."""
        if not self._pair_labels:
            return {}
        gold, said, scores = zip(*self._pair_labels, strict=True)
        related = [label > 0 for label in gold]
        figures = {
            self._system: (accuracy(gold, said), mcc(gold, said), roc_auc(related, scores)),
            NEVER: (accuracy(gold, [0] * len(gold)), 0.0, 0.5),
        }
        systems = {
            system: {name: round(100 * figure, 2) for name, figure in zip(("accuracy", "mcc", "auc"), those, strict=True)}
            for system, those in figures.items()
        }
        return {"pairs": len(gold), "related": sum(related), "systems": systems}

    def _own_notices(self) -> Iterator[str]:
        if self._too_long:
            yield f"documents left out, longer than the model reads: {len(self._too_long)}; the first: {self._too_long[0]}"
        unjudged = [kind.value for kind in ENTITY_TYPES if kind not in self._gold.types]
        if unjudged:
            yield f"the file has no {', '.join(unjudged)}: what the model finds of these types is not judged"
        if self._gold.has_novelty and not self._says_novelty:
            yield "the model does not say what is novel: only the baselines, which call every relation novel, have figures with novelty"

    def _without_novelty(self, scores: dict[str, Any]) -> dict[str, Any]:
        """A model that says nothing of novelty has no figure for it, rather than one of 0."""
        if not self._says_novelty:
            for systems in scores.values():
                for name in (relations.NOVELTY, relations.ALL) if relations.PAIR in systems.get(self._system, {}) else ():
                    systems[self._system].pop(name, None)
        return scores


def _stated(found: Sequence[Relation], convention: str) -> Iterator[Stated]:
    for relation in found:
        ends = [identifiers.cut(_column(end.id, end.type), end.type, convention) for end in (relation.subject, relation.object)]
        for pair in identifiers.pairs(*ends):
            yield Stated(pair, relation.predicate.value, _is_novel(relation.novel))


def _is_novel(probability: float | None) -> bool | None:
    return None if probability is None else probability >= 0.5


def _columns(mentions: Sequence[spans.Span], links: Sequence[Sequence[Curie]]) -> list[tuple[EntityType, str]]:
    """Types and identifiers, one by one: two of a variant in one column could not be told apart."""
    return [(kind, _column(curie, kind)) for (_, _, kind), curies in zip(mentions, links, strict=True) for curie in curies]


def _whole(curies: Sequence[Curie], kind: EntityType) -> list[str]:
    return [id_ for curie in curies for id_ in identifiers.whole(_column(curie, kind), kind)]


def _column(curie: Curie, kind: EntityType) -> str:
    return identifier_column((curie,), kind)
