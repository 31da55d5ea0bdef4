"""End to end: from raw text to linked mentions and relations between identifiers, through the extractor's own parts.

The convention is that of PubTator files scored by id sets: identifiers without their prefix, in capitals; a composite
mention names all of its ids. Unlinked mentions have no identifier.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.corpora.documents import ENTITY_TYPES
from models.evaluation import gold
from models.evaluation.counts import Counts
from models.evaluation.linking import id_sets
from models.evaluation.scores import reports
from models.evaluation.served import Served
from models.runtime.encoder import Encoder
from processors.linking import Linker
from processors.ner import Recogniser
from processors.outputs.pubtator import identifier_column
from processors.records import Entities, EntityType, Provenance, Relations
from processors.relations import RelationClassifier
from processors.sources.annotated import read_annotated
from processors.sources.pubtator import AnnotatedDocument, AnnotatedMention


@dataclass(frozen=True, slots=True)
class Extracted:
    document: AnnotatedDocument
    entities: Entities
    relations: Relations


def extract(served: Served, linker: Linker, path: Path) -> Iterator[Extracted]:
    """Each document of a PubTator file beside what the artefact and the linker make of its text."""
    provenance = Provenance(software="evaluation", model=served.artefact.reference, generation=served.artefact.manifest.generation)
    encoder = Encoder(served.artefact)
    recogniser = Recogniser(encoder, linker, provenance)
    classifier = RelationClassifier(encoder, served.head, linker.name_of, provenance)
    for document in read_annotated(path):
        entities = recogniser.recognise(document.abstract)
        yield Extracted(document, entities, classifier.classify(entities))


def score_linking(extracted: Sequence[Extracted]) -> dict[str, Any]:
    """Document id sets by entity type, and `all`: micro over the types."""
    tables = []
    for item in extracted:
        expected = id_sets((m.type, _column(m)) for m in item.document.mentions if m.type)
        found = id_sets((m.type, identifier_column(m.identifiers, m.type)) for m in item.entities.mentions)
        counts = {kind.value: Counts.of(expected.get(kind, set()), found.get(kind, set())) for kind in ENTITY_TYPES}
        tables.append({**counts, gold.ALL: Counts.total(counts.values())})
    return reports(tables)


def _column(mention: AnnotatedMention) -> str:
    """The identifier column; of a variant's only what names it."""
    return mention.raw.split(";")[0] if mention.type is EntityType.VARIANT else mention.raw


def score_relations(extracted: Sequence[Extracted]) -> dict[str, Any]:
    """Undirected pairs of ids, and pairs with their relation type."""
    tables = []
    for item in extracted:
        expected = {(pair, r.label) for r in item.document.relations for pair in _pairs(_ids(r.subject), _ids(r.object))}
        found = {
            (pair, r.predicate.value)
            for r in item.relations.relations
            for pair in _pairs(*(_ids(identifier_column([end.id], end.type)) for end in (r.subject, r.object)))
        }
        pairs = Counts.of({pair for pair, _ in expected}, {pair for pair, _ in found})
        tables.append({gold.PAIR: pairs, gold.TYPED: Counts.of(expected, found)})
    return reports(tables)


def _pairs(subjects: set[str], objects: set[str]) -> set[frozenset[str]]:
    return {frozenset((a, b)) for a in subjects for b in objects if a != b}


def _ids(column: str) -> set[str]:
    """The ids of one column; of which type they are does not matter here."""
    return set[str]().union(*id_sets([(EntityType.GENE, column)]).values())
