"""Why identifiers were missed, and where false ones come from: one kind for each error of a document."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from models.evaluation.linking_sets import FAMILY, Alternates, single
from processors.abbreviations import definitions
from processors.normalisation import exact_key, loose_key
from processors.outputs.pubtator import identifier_column
from processors.records import Curie, EntityType
from processors.vocabulary import Vocabulary

EXAMPLES = 4
"""Of each kind; a result holds no more."""

_DATABASES = {
    EntityType.GENE: "ncbigene:",
    EntityType.CHEMICAL: "mesh:",
    EntityType.SPECIES: "ncbitaxon:",
    EntityType.CELL_LINE: "cellosaurus:",
}


class Missed(StrEnum):
    """Why an identifier of the gold set was not found, in the order in which the questions are asked."""

    NER = "NER missed it"
    VOCABULARY = "not in the vocabulary"
    FAMILY = "family"
    THRESHOLD = "below threshold"
    COMPOSITE = "composite"
    SPECIES = "species wrong"
    AMBIGUOUS = "ambiguous"
    ABBREVIATION = "abbreviation"
    WRONG = "wrong candidate"
    NOT_FOUND = "not found"


class Invented(StrEnum):
    """Where an identifier that the gold set does not have comes from."""

    NOT_A_MENTION = "no such mention in gold"
    NO_IDENTIFIER = "gold gives none"
    INSTEAD_OF_UNKNOWN = "instead of one that the vocabulary lacks"
    INSTEAD = "instead of another"


class Linked(NamedTuple):
    """A mention with its identifiers."""

    start: int
    end: int
    type: EntityType
    curies: tuple[Curie, ...]


class Wanted(NamedTuple):
    """A gold mention with its identifiers by the fair convention."""

    start: int
    end: int
    type: EntityType
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Error:
    document: str
    kind: str
    type: EntityType
    identifier: str
    text: str
    found: str


class _Case(NamedTuple):
    """A missed identifier, with the gold mentions that bear it and what was found at their places."""

    type: EntityType
    identifier: str
    names: set[str]
    holders: Sequence[Wanted]
    found: Sequence[Linked]
    would: set[str]  # identifiers that would have been given without a threshold
    short: bool


class Errors:
    """Classifies a document's errors; holds what the vocabulary knows."""

    def __init__(self, vocabulary: Vocabulary, alternates: Alternates) -> None:
        self._vocabulary = vocabulary
        self._alternates = alternates

    def of(
        self,
        document: str,
        text: str,
        gold: Sequence[Wanted],
        found: Sequence[Linked],
        *,
        untold: Sequence[Linked] = (),
        neither: Collection[str] = (),
    ) -> tuple[list[Error], list[Error]]:
        """The missed identifiers and the false ones. `untold` are the mentions as they would be linked without a threshold."""
        wanted = {(m.type, i) for m in gold for i in m.ids}
        got = {(m.type, i) for m in found for i in self._ids(m)}
        missed, false = [], []
        shorts = {d.short for d in definitions(text)}
        for kind, identifier in sorted(wanted - got):
            holders = [m for m in gold if m.type == kind and identifier in m.ids]
            beside = [f for f in found if f.type == kind and any(_overlap(f, m) for m in holders)]
            sure = {(f.start, f.end) for f in beside}
            would = {i for f in untold if f.type == kind and (f.start, f.end) in sure for i in self._ids(f)}
            names = {text[m.start : m.end] for m in holders}
            case = _Case(kind, identifier, names, holders, beside, would, short=_is_short(names, shorts))
            why = self._why(case)
            got_instead = ",".join(dict.fromkeys(i for f in beside for i in self._ids(f))) or "-"
            missed.append(Error(document, why, kind, identifier, text[holders[0].start : holders[0].end], got_instead))
        for kind, identifier in sorted(got - wanted):
            if identifier in neither or identifier.startswith(FAMILY):
                continue
            holders_ = [f for f in found if f.type == kind and identifier in self._ids(f)]
            under = [m for m in gold if m.type == kind and any(_overlap(f, m) for f in holders_)]
            why_false = self._whence(kind, under)
            right = ",".join(dict.fromkeys(i for m in under for i in m.ids)) or "-"
            false.append(Error(document, why_false, kind, identifier, text[holders_[0].start : holders_[0].end], right))
        return missed, false

    def _ids(self, mention: Linked) -> tuple[str, ...]:
        return single(mention.type, identifier_column(mention.curies, mention.type), self._alternates)

    def _why(self, case: "_Case") -> Missed:
        kind, identifier = case.type, case.identifier
        linked = [c for f in case.found for c in f.curies if not c.startswith("local:")]
        if not case.found:
            return Missed.NER
        if not self._known(kind, identifier):
            return Missed.VOCABULARY
        if any(c.upper().startswith(FAMILY) for c in linked):
            return Missed.FAMILY
        if identifier in case.would:
            return Missed.THRESHOLD
        if all(len(m.ids) > 1 for m in case.holders):
            return Missed.COMPOSITE
        if linked and kind is EntityType.GENE and self._elsewhere(identifier, linked):
            return Missed.SPECIES
        if linked and any(identifier in self._meanings(kind, name) for name in case.names):
            return Missed.AMBIGUOUS
        if case.short:
            return Missed.ABBREVIATION
        return Missed.WRONG if linked else Missed.NOT_FOUND

    def _whence(self, kind: EntityType, under: Sequence[Wanted]) -> Invented:
        if not under:
            return Invented.NOT_A_MENTION
        ids = {i for m in under for i in m.ids}
        if not ids:
            return Invented.NO_IDENTIFIER
        return Invented.INSTEAD if any(self._known(kind, i) for i in ids) else Invented.INSTEAD_OF_UNKNOWN

    def _curie(self, kind: EntityType, identifier: str) -> tuple[Curie, ...]:
        if kind is EntityType.DISEASE:
            return (f"mesh:{identifier}", f"omim:{identifier}")
        return (_DATABASES.get(kind, "") + identifier,)

    def _known(self, kind: EntityType, identifier: str) -> bool:
        return kind is EntityType.VARIANT or any(self._vocabulary.name_of(c) is not None for c in self._curie(kind, identifier))

    def _meanings(self, kind: EntityType, name: str) -> set[str]:
        candidates = [
            *self._vocabulary.candidates(kind, exact_key(name)),
            *self._vocabulary.candidates(kind, loose_key(kind, name), loose=True),
        ]
        return {i for candidate in candidates for i in single(kind, identifier_column(candidate.curies, kind), self._alternates)}

    def _taxa(self, curie: Curie) -> set[str]:
        name = self._vocabulary.name_of(curie)
        found = self._vocabulary.candidates(EntityType.GENE, exact_key(name)) if name else []
        return {taxon for candidate in found if candidate.curies == (curie,) for taxon in candidate.taxa}

    def _elsewhere(self, identifier: str, linked: Iterable[Curie]) -> bool:
        """Whether the gene and what was linked instead are of different organisms."""
        own = self._taxa(f"ncbigene:{identifier}")
        other = {taxon for curie in linked for taxon in self._taxa(curie)}
        return bool(own and other and not own & other)


def _is_short(names: set[str], defined: set[str]) -> bool:
    return bool(names & defined) or all(len(name) <= 5 and name.isupper() for name in names)


def _overlap(one: Linked, other: Wanted) -> bool:
    return one.start < other.end and other.start < one.end


def counted(errors: Sequence[Error]) -> dict[str, Any]:
    """How many of each kind, by type, with the first few as examples."""
    table: dict[str, Any] = {}
    for kind in dict.fromkeys(e.kind for e in sorted(errors, key=lambda e: e.kind)):
        of_kind = [e for e in errors if e.kind == kind]
        table[str(kind)] = {
            "errors": len(of_kind),
            "by_type": {str(k): n for k, n in sorted(Counter(e.type for e in of_kind).items())},
            "examples": [
                {"document": e.document, "type": str(e.type), "text": e.text, "identifier": e.identifier, "found": e.found}
                for e in of_kind[:: max(1, len(of_kind) // EXAMPLES)][:EXAMPLES]
            ],
        }
    return table
