"""Linking end to end, by type, on every gold set: from gold mentions and from raw text, beside exact names, errors by kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.evaluation import gold
from models.evaluation.counts import Counts
from models.evaluation.ledger import record, weights_of
from models.evaluation.linking import Links
from models.evaluation.linking_errors import Error, Errors, Linked, Wanted, counted
from models.evaluation.linking_sets import (
    LINKING_SETS,
    Alternates,
    LinkingSet,
    column,
    fair_sets,
    false_free,
    neither_way,
    plain_sets,
    single,
)
from models.evaluation.scores import reports
from models.evaluation.trained import fingerprints, marks, trained_on, training_documents
from models.runtime.artefact import load_artefact
from models.runtime.encoder import Encoder
from processors.linking import Linker, load_linker, local_curie
from processors.linking.context import Context
from processors.linking.document import matches
from processors.ner import Recogniser
from processors.normalisation import exact_key
from processors.outputs.pubtator import identifier_column
from processors.records import Curie, EntityType, Provenance
from processors.sources.pubtator import AnnotatedDocument
from processors.vocabulary import Candidate, Vocabulary

SCHEMA = "biorelay.linking-evaluation/1"
COMMAND = "biorelay evaluate --linking"
MENTIONS, RAW, OWN = "gold mentions", "raw text", "raw text by the set's own guideline"
EXACT, LINKED = "exact names", "linked"

Tell = Callable[[str], None]
Spans = Sequence[tuple[int, int, EntityType]]


def _quiet(message: str) -> None:
    pass


class ExactNames:
    """What linking must beat: the name as it stands, normalised; of several meanings the most frequent in training documents."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def link(self, document_id: str, text: str, mentions: Spans) -> list[tuple[Curie, ...]]:
        return [self._best(kind, text[start:end]) or (local_curie(document_id, kind, text[start:end]),) for start, end, kind in mentions]

    def _best(self, kind: EntityType, name: str) -> tuple[Curie, ...]:
        def rank(candidate: Candidate) -> tuple[object, ...]:
            return (-candidate.mentions, candidate.tier, len(candidate.curies), candidate.curies)

        found = self._vocabulary.candidates(kind, exact_key(name))
        return min(found, key=rank).curies if found else ()


class EveryLink:
    """The linker without its threshold: what it would have said."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def link(self, document_id: str, text: str, mentions: Spans) -> list[tuple[Curie, ...]]:
        found = matches(Context(self._vocabulary, document_id, text, mentions))
        return [
            match.curies if match else (local_curie(document_id, kind, "-"),) for match, (_, _, kind) in zip(found, mentions, strict=True)
        ]


@dataclass(slots=True)
class _Tally:
    """The counts and errors of one set, one way of finding mentions and one linker."""

    plain: list[dict[str, Counts]] = field(default_factory=list)
    fair: list[dict[str, Counts]] = field(default_factory=list)
    missed: list[Error] = field(default_factory=list)
    false: list[Error] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        return {"plain": reports(self.plain), "fair": reports(self.fair)}

    def errors(self) -> dict[str, Any]:
        return {"missed": counted(self.missed), "false": counted(self.false)}


class Scorer:
    """Scores linked mentions of a set's documents against its gold identifiers."""

    def __init__(self, set_: LinkingSet, vocabulary: Vocabulary, alternates: Alternates) -> None:
        self._set = set_
        self._errors = Errors(vocabulary, alternates)
        self._every = EveryLink(vocabulary)
        self._alternates = alternates

    def add(self, tally: _Tally, document: AnnotatedDocument, found: Sequence[Linked], *, listed: bool) -> None:
        """Count a document into a tally; with `listed` its errors are classified too."""
        types = self._set.types
        mentions = [m for m in document.mentions if m.type in types]
        columns = [(m.type, column(m)) for m in mentions if m.type]
        got = [(f.type, identifier_column(f.curies, f.type)) for f in found if f.type in types]
        tally.plain.append(_counts(plain_sets(columns, types), plain_sets(got, types)))
        expected, neither = fair_sets(columns, types, self._alternates), neither_way(document)
        tally.fair.append(_counts(expected, false_free(fair_sets(got, types, self._alternates), expected, neither)))
        if listed:
            wanted = [Wanted(m.start, m.end, m.type, single(m.type, column(m), self._alternates)) for m in mentions if m.type]
            counted_here = [f for f in found if f.type in types]
            untold = _linked(self._every, document, [(f.start, f.end, f.type) for f in found])
            missed, false = self._errors.of(
                document.abstract.id, document.abstract.text, wanted, counted_here, untold=untold, neither=neither
            )
            tally.missed.extend(missed)
            tally.false.extend(false)


def _counts(expected: Mapping[EntityType, set[str]], found: Mapping[EntityType, set[str]]) -> dict[str, Counts]:
    by_type = {kind.value: Counts.of(expected[kind], found[kind]) for kind in expected}
    return {**by_type, gold.ALL: Counts.total(by_type.values())}


def evaluate_sets(
    artefact: str | Path | None,
    vocabulary: str | Path | None,
    data: Path,
    *,
    sets: Iterable[LinkingSet] = LINKING_SETS,
    training: bool = True,
    tell: Tell = _quiet,
) -> dict[str, Any]:
    """Linking on every set, as a result to store.

    `data` is the folder of corpora. From raw text, documents that the model was trained on are left out;
    with `training` False nothing is known of these, and all are scored. A set whose corpus is another guideline that the model
    learned is read by that one too.
    Raises as `load_artefact`, `load_linker` and `LinkingSet.read` do.
    """
    model, linker, opened = load_artefact(artefact), load_linker(vocabulary), Vocabulary.open(vocabulary)
    alternates = Alternates.read(data)
    told = Provenance(software="evaluation", model=model.reference, generation=model.manifest.generation)
    recogniser, ner = Recogniser(Encoder(model), linker, told), model.manifest.ner
    tell("the model's training documents")
    trained = fingerprints(training_documents(trained_on(model), data)) if training else set()
    result: dict[str, Any] = {"schema": SCHEMA, "model": model.reference, "vocabulary": linker.version, "sets": {}}
    for set_ in sets:
        tell(set_.name)
        record([set_.name], system=model.reference, weights=weights_of(model.folder), command=COMMAND)
        documents = set_.read(data)
        unseen = [d for d in documents if not marks(d.abstract) & trained]
        scorer = Scorer(set_, opened, alternates)
        exact = ExactNames(opened)
        result["sets"][set_.name] = {
            MENTIONS: {"documents": len(documents), **_from_mentions(scorer, documents, linker, exact)},
            RAW: {"documents": len(unseen), **_from_text(scorer, unseen, recogniser, exact)},
        }
        own = set_.name.partition("/")[0]
        if own in ner.guidelines and own != ner.guideline:
            following = Recogniser(Encoder(model, guideline=own), linker, told)
            result["sets"][set_.name][OWN] = {"documents": len(unseen), **_from_text(scorer, unseen, following, exact)}
    return result


def _from_mentions(scorer: Scorer, documents: Sequence[AnnotatedDocument], linker: Linker, exact: ExactNames) -> dict[str, Any]:
    whole, names = _Tally(), _Tally()
    for document in documents:
        spans = [(m.start, m.end, m.type) for m in document.mentions if m.type is not None]
        for links, tally in ((linker, whole), (exact, names)):
            scorer.add(tally, document, _linked(links, document, spans), listed=tally is whole)
    return {EXACT: names.figures(), LINKED: whole.figures(), "errors": whole.errors()}


def _from_text(scorer: Scorer, documents: Sequence[AnnotatedDocument], recogniser: Recogniser, exact: ExactNames) -> dict[str, Any]:
    whole, names = _Tally(), _Tally()
    for document in documents:
        mentions = recogniser.recognise(document.abstract).mentions
        scorer.add(whole, document, [Linked(m.start, m.end, m.type, m.identifiers) for m in mentions], listed=True)
        scorer.add(names, document, _linked(exact, document, [(m.start, m.end, m.type) for m in mentions]), listed=False)
    return {EXACT: names.figures(), LINKED: whole.figures(), "errors": whole.errors()}


def _linked(links: Links, document: AnnotatedDocument, spans: Spans) -> list[Linked]:
    found = links.link(document.abstract.id, document.abstract.text, spans)
    return [Linked(*span, curies) for span, curies in zip(spans, found, strict=True)]
