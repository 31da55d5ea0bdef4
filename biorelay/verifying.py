"""Is a pair that was discovered in the graph stated anywhere in the abstracts that are stored?

Two steps. A search by names alone passes every document (`processors.searching`) and keeps, for each pair, those where the two stand
nearest; then the extractor reads these few and says what they state. Any number of pairs share one pass over the documents.

    supported      papers state the pair, at least as many as deny it
    contradicted   more papers deny it than state it
    co-mentioned   papers name both, and none states or denies that they are related (some may suppose it)
    unseen         no paper that was read names both

A paper counts once, and by its strongest sentence: as a statement where any of its sentences states the pair, else as a denial, else as
a supposition. Retracted papers count nowhere.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import NamedTuple

from biorelay.extractor import Extractor
from biorelay.sought import Sought, writings
from graphstore.answers import Sentence
from graphstore.confidence import confidence, share
from graphstore.contribution import STRENGTH, Polarity, Statement
from graphstore.rows import sentence_of
from models.runtime.errors import Action, BiorelayError
from processors.records import Abstract, Entities, Mention, Relations
from processors.records.base import Part
from processors.relations import evidence
from processors.searching import Searcher, apart
from processors.sources import Deletion
from processors.vocabulary import Vocabulary

MOST = 200
"""Documents that the extractor reads for one pair, unless told: some ten seconds of one core."""


class Verdict(StrEnum):
    """What the documents say of a pair."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    CO_MENTIONED = "co-mentioned"
    UNSEEN = "unseen"


class Pair(NamedTuple):
    """Two entities that may be related; the order does not count."""

    a: Sought
    c: Sought


class Beside(Part):
    """A paper that names both and relates them in no way: the words from the one to the other, where they stand nearest."""

    document: str
    title: str
    year: int | None
    text: str
    retracted: bool = False


class Verified(Part):
    """The verdict on a pair, and what it rests on. `papers`, `negated` and `speculated` count papers, each in one of the three.

    `confidence` (0 to 1) is that of an edge which these papers state (`graphstore.confidence`); 0 where none does.

    `documents` were searched; in `named` of them both may be named; `read` of those, the nearest, were read by the model;
    `co_mentioned` of those name both. `bounded` where more could have been read than were. The strongest sentences come first.
    """

    a: str
    a_name: str
    c: str
    c_name: str
    verdict: Verdict
    confidence: float
    papers: int
    negated: int
    speculated: int
    co_mentioned: int
    documents: int
    named: int
    read: int
    bounded: bool
    sentences: tuple[Sentence, ...] = ()
    beside: tuple[Beside, ...] = ()


class Weighed(NamedTuple):
    """Papers by what they say, none twice."""

    verdict: Verdict
    confidence: float
    papers: int
    negated: int
    speculated: int


def weigh(sentences: Iterable[Sentence], *, co_mentioned: int = 0) -> Weighed:
    """The verdict on what these sentences and so many papers besides say."""
    said: dict[str, Polarity] = {}
    surest: dict[str, float] = {}
    for sentence in sentences:
        if not sentence.retracted:
            document, polarity = sentence.document, sentence.polarity
            said[document] = max(said.get(document, polarity), polarity, key=STRENGTHS.__getitem__)
            if polarity is Polarity.POSITIVE:
                surest[document] = max(surest.get(document, 0.0), sentence.probability)
    papers, negated, speculated = (sum(one is kind for one in said.values()) for kind in (P.POSITIVE, P.NEGATED, P.SPECULATED))
    if papers or negated:
        verdict = Verdict.SUPPORTED if papers >= negated else Verdict.CONTRADICTED
    else:
        verdict = Verdict.CO_MENTIONED if speculated or co_mentioned else Verdict.UNSEEN
    sure = confidence(sum(share(probability) for probability in surest.values()))
    return Weighed(verdict, sure, papers, negated, speculated)


P = Polarity
STRENGTHS = {P.POSITIVE: 2, P.NEGATED: 1, P.SPECULATED: 0}
"""Which of a paper's sentences speaks for it."""

Readable = Abstract | Entities
Failed = Callable[[str, BiorelayError], None]


@dataclass
class _Kept:
    """The documents that are to be read for one pair: at most twice `most` at a time, in the end the nearest `most`."""

    most: int
    documents: dict[str, tuple[int, int, Readable]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def add(self, near: int, order: int, document: Readable) -> None:
        self.named.add(document.id)
        self.documents[document.id] = (near, order, document)
        if len(self.documents) >= 2 * self.most:
            self._cut()

    def forget(self, id_: str) -> None:
        self.named.discard(id_)
        self.documents.pop(id_, None)

    def _cut(self) -> None:
        best = sorted(self.documents.items(), key=lambda item: item[1][:2])[: self.most]
        self.documents = dict(best)

    def chosen(self) -> list[Readable]:
        self._cut()
        return [document for _, _, document in self.documents.values()]


class Search:
    """One pass over documents for any number of pairs: `look` at each, `forget` what is deleted, then `verdicts`."""

    def __init__(self, pairs: Sequence[Pair], vocabulary: Vocabulary, *, most: int = MOST) -> None:
        """`most` bounds the documents that are read for one pair; at least 1."""
        if most < 1:
            raise ValueError(f"most must be at least 1, not {most}")
        self._vocabulary = vocabulary
        self._kept = {pair: _Kept(most) for pair in pairs}
        self._partners: dict[Sought, list[Pair]] = defaultdict(list)
        for pair in self._kept:
            self._partners[pair.a].append(pair)
        self._things = {str(number): one for number, one in enumerate(dict.fromkeys(one for pair in self._kept for one in pair))}
        self._written = writings(self._things.values(), vocabulary)
        self._searcher = Searcher({number: self._written[one].keys for number, one in self._things.items()})
        self._seen: set[str] = set()
        self._order = 0

    @property
    def documents(self) -> int:
        """How many documents were looked at, each counted once however often it came."""
        return len(self._seen)

    @property
    def waiting(self) -> int:
        """How many documents are to be read."""
        return len({document.id for kept in self._kept.values() for document in kept.chosen()})

    def look(self, document: Readable) -> None:
        """Search one document; a later one of the same id replaces it."""
        self.forget(document.id)
        self._seen.add(document.id)
        self._order += 1
        places = {self._things[number]: found for number, found in self._searcher.search(document.text).items()}
        for one in places:
            for pair in self._partners.get(one, ()):
                if pair.c in places:
                    self._kept[pair].add(apart(places[pair.a], places[pair.c]), self._order, document)

    def forget(self, id_: str) -> None:
        """A document was deleted."""
        if id_ in self._seen:
            self._seen.discard(id_)
            for kept in self._kept.values():
                kept.forget(id_)

    def verdicts(
        self, extractor: Extractor, *, on_error: Failed | None = None, advance: Callable[[int], None] = lambda _: None
    ) -> list[Verified]:
        """Read what was kept, each document once, and judge the pairs, in their order.

        A document that the extractor refuses goes to `on_error`, or raises without it. `advance` is told how many were read.
        """
        asked: dict[str, tuple[Readable, list[Pair]]] = {}
        for pair, kept in self._kept.items():
            for document in kept.chosen():
                asked.setdefault(document.id, (document, []))[1].append(pair)
        said: dict[Pair, list[Sentence]] = {pair: [] for pair in self._kept}
        beside: dict[Pair, list[Beside]] = {pair: [] for pair in self._kept}
        for number, (document, pairs) in enumerate(asked.values(), start=1):
            try:
                entities = document if isinstance(document, Entities) else extractor.entities(document)
                self._read(entities, pairs, extractor, said, beside)
            except BiorelayError as error:
                if on_error is None or error.action is Action.STOP:
                    raise
                on_error(document.id, error)
            advance(number)
        return [self._settled(pair, said[pair], beside[pair]) for pair in self._kept]

    def _read(
        self,
        entities: Entities,
        pairs: Sequence[Pair],
        extractor: Extractor,
        said: Mapping[Pair, list[Sentence]],
        beside: Mapping[Pair, list[Beside]],
    ) -> None:
        places = {self._things[number]: found for number, found in self._searcher.search(entities.text).items()}
        wanted = dict.fromkeys(one for pair in pairs for one in pair)
        added: dict[tuple[int, int], Mention] = {}
        for one in wanted:
            for mention in self._written[one].overlooked(one, entities, places.get(one, ())):
                added.setdefault((mention.start, mention.end), mention)
        entities = entities.model_copy(update={"mentions": (*entities.mentions, *added.values())})
        meant = {one: self._written[one].identifiers(one, entities, places.get(one, ()), self._vocabulary) for one in wanted}
        relations: Relations | None = None
        for pair in pairs:
            a, c = meant[pair.a], meant[pair.c]
            if not a or not c or a == c:
                continue
            relations = relations or extractor.relations(entities)
            found = list(_between(relations, a, c))
            if found:
                said[pair] += found
            elif shown := _nearest(entities, a, c):
                beside[pair].append(shown)

    def _settled(self, pair: Pair, said: list[Sentence], beside: list[Beside]) -> Verified:
        kept = self._kept[pair]
        standing = [one for one in beside if not one.retracted]
        weighed = weigh(said, co_mentioned=len(standing))
        return Verified(
            a=pair.a.id,
            a_name=pair.a.name,
            c=pair.c.id,
            c_name=pair.c.name,
            **weighed._asdict(),
            co_mentioned=len({s.document for s in said if not s.retracted} | {one.document for one in standing}),
            documents=self.documents,
            named=len(kept.named),
            read=len(kept.documents),
            bounded=len(kept.named) > len(kept.documents),
            sentences=tuple(sorted(said, key=_strongest)),
            beside=tuple(sorted(beside, key=lambda one: (one.retracted, len(one.text), one.document))),
        )


def verify(
    pairs: Sequence[Pair],
    documents: Iterable[Readable | Deletion],
    extractor: Extractor,
    vocabulary: Vocabulary,
    *,
    most: int = MOST,
    on_error: Failed | None = None,
) -> list[Verified]:
    """The verdicts on the pairs, in their order (a pair given twice has one), after one pass over the documents.

    Documents are abstracts, or entities that were found in them before; a later one of the same id replaces an earlier one.
    At most `most` documents are read for each pair, those where its names stand nearest.
    """
    search = Search(pairs, vocabulary, most=most)
    for document in documents:
        if isinstance(document, Deletion):
            search.forget(document.id)
        else:
            search.look(document)
    return search.verdicts(extractor, on_error=on_error)


def documents_of(found: Verified) -> set[str]:
    """The papers that a verdict shows."""
    return {sentence.document for sentence in found.sentences} | {one.document for one in found.beside}


def without(found: Verified, retracted_by: Mapping[str, tuple[str, ...]]) -> Verified:
    """The verdict again where these papers, by the records that retract them, are known to be retracted."""
    if not documents_of(found) & retracted_by.keys():
        return found
    said = [
        sentence.model_copy(update={"retracted": True, "retracted_by": tuple(dict.fromkeys((*sentence.retracted_by, *by)))})
        if (by := retracted_by.get(sentence.document))
        else sentence
        for sentence in found.sentences
    ]
    beside = [one.model_copy(update={"retracted": one.retracted or one.document in retracted_by}) for one in found.beside]
    gone = {s.document for s in found.sentences if not s.retracted} | {one.document for one in found.beside if not one.retracted}
    gone &= retracted_by.keys()
    weighed = weigh(said, co_mentioned=found.co_mentioned - len(gone))
    return found.model_copy(
        update={
            **weighed._asdict(),
            "co_mentioned": found.co_mentioned - len(gone),
            "sentences": tuple(sorted(said, key=_strongest)),
            "beside": tuple(beside),
        }
    )


def _between(relations: Relations, a: set[str], c: set[str]) -> Iterable[Sentence]:
    """What a document states of any of `a` and any of `c`."""
    article = relations.article
    for relation in relations.relations:
        ends = relation.subject.id, relation.object.id
        if (ends[0] in a and ends[1] in c) or (ends[0] in c and ends[1] in a):
            statement = Statement.of(relation, relations)
            row = asdict(statement) | {"polarity": statement.polarity.value, "title": article.title, "retracted": article.retracted}
            yield sentence_of(row, (relations.id,) if article.retracted else ())


def _nearest(entities: Entities, a: set[str], c: set[str]) -> Beside | None:
    """The two nearest mentions of the pair; None where one mention means both."""
    ones, others = ([m for m in entities.mentions if ids.intersection(m.identifiers)] for ids in (a, c))
    places = [(max(m.start, n.start) - min(m.end, n.end), m.start, m, n) for m in ones for n in others if m.id != n.id]
    if not places:
        return None
    _, _, one, other = min(places, key=lambda place: place[:2])
    shown = evidence(entities.text, [span.end for span in entities.sentences], one, other)
    article = entities.article
    return Beside(document=entities.id, title=article.title, year=article.year, text=shown.text, retracted=article.retracted)


def _strongest(sentence: Sentence) -> tuple[bool, int, float, str, str]:
    return sentence.retracted, -STRENGTH[sentence.polarity], -sentence.probability, sentence.document, sentence.id
