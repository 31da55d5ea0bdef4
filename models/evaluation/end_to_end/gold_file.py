"""A gold file of anybody's, PubTator or BioC, as what can be scored of it."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from models.corpora.documents import ENTITY_TYPES, PREDICATES, Document, GoldMention, relation_key
from models.evaluation.end_to_end.identifiers import Ends, Pair, pairs, plain, whole
from models.evaluation.end_to_end.names import NOT_SCORED, Names
from models.evaluation.errors import GoldUnusable
from processors.errors import RecordError, SourceError, UnknownFormat
from processors.records import Abstract, EntityType
from processors.relations import MAX_MENTIONS
from processors.sources.annotated import read_annotated
from processors.sources.pubtator import AnnotatedDocument, AnnotatedMention


class Annotation(NamedTuple):
    """A gold mention."""

    start: int
    end: int
    type: EntityType
    column: str  # identifiers as the file has them
    ids: tuple[str, ...]  # by the convention WHOLE


class Stated(NamedTuple):
    """A relation between two identifiers, gold or found; `novel` is None where nobody says it."""

    pair: Pair
    label: str
    novel: bool | None = None


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """One document: its text, its mentions of scored types, and its relations by both conventions of identifiers."""

    abstract: Abstract
    mentions: tuple[Annotation, ...]
    relations: frozenset[Stated]
    plain_relations: frozenset[Stated]

    @property
    def spans(self) -> set[tuple[int, int, EntityType]]:
        return {(m.start, m.end, m.type) for m in self.mentions}

    def document(self) -> Document:
        """The same as the pair head's scorer reads it; of its mentions no more than a document's pairs are built of."""
        mentions = sorted({GoldMention(m.start, m.end, m.type, m.ids) for m in self.mentions}, key=lambda m: (m.start, m.end, m.type))
        mentions = mentions[:MAX_MENTIONS]  # time and memory grow with their square
        ordered = [(relation_key(*stated.pair), stated) for stated in sorted(self.relations, key=lambda s: (sorted(s.pair), s.label))]
        relations = {key: stated.label for key, stated in ordered}
        novel = {key: stated.novel for key, stated in ordered if stated.novel is not None}
        name = self.abstract.id.removeprefix("pubmed:")
        return Document("", name, self.abstract.title, self.abstract.text, tuple(mentions), relations, novel)


@dataclass(frozen=True, slots=True)
class GoldFile:
    """What a gold file gives. `types` are those that it annotates: of others nothing found is judged."""

    name: str
    documents: tuple[GoldDocument, ...]
    types: tuple[EntityType, ...]
    labels: tuple[str, ...]  # of its relations
    pairs: frozenset[frozenset[EntityType]]  # types of entities between which found relations are judged
    has_ids: bool
    has_novelty: bool
    notices: tuple[str, ...]

    @property
    def has_our_labels(self) -> bool:
        return any(label in PREDICATES for label in self.labels)


def read_gold(path: Path, names: Names | None = None) -> GoldFile:
    """Read a gold file; `names` maps its names of types where they are unknown here.

    What is left out is said in `notices`. Raises `RecordError` or `SourceError`, with file and line, where the file is broken,
    `GoldUnusable` where it has nothing that can be scored.
    """
    names = names or Names()
    if not path.is_file():
        raise GoldUnusable(f"{path} is no file", remedy="Name a PubTator or BioC file.")
    read: dict[tuple[str, str], AnnotatedDocument] = {}
    repeated = 0
    try:
        for document in read_annotated(path):
            key = (document.abstract.id, document.abstract.text)
            repeated += key in read
            read.setdefault(key, document)
    except UnknownFormat as error:
        raise GoldUnusable(f"{path.name} is no gold file: {error}", remedy="Give it as PubTator or BioC.") from error
    except (SourceError, RecordError) as error:
        said = str(error)
        raise type(error)(said if path.name in said else f"{path.name}: {said}", remedy=error.remedy) from error
    labels = Counter(m.label for d in read.values() for m in d.mentions)
    unknown = Counter(m.label for d in read.values() for m in d.mentions if _type(m, names) is None and m.label not in names.types)
    if not any(_type(m, names) for d in read.values() for m in d.mentions):
        if not labels:
            raise GoldUnusable(f"{path.name} holds no mentions", remedy="Name a PubTator or BioC file with annotations.")
        raise GoldUnusable(
            f"{path.name} has no mention of a type that is known here: it names {_listed(labels)}",
            remedy=f"Map its names, such as --types {min(labels)}=Gene; ours are {', '.join(ENTITY_TYPES)}.",
        )
    documents = tuple(_document(d, names) for d in read.values())
    stated = [s for d in documents for s in d.relations]
    gold = GoldFile(
        name=path.name,
        documents=documents,
        types=tuple(kind for kind in ENTITY_TYPES if any(m.type is kind for d in documents for m in d.mentions)),
        labels=tuple(sorted({s.label for s in stated})),
        pairs=_judged_pairs(documents, [r.label for d in read.values() for r in d.relations]),
        has_ids=any(m.ids for d in documents for m in d.mentions),
        has_novelty=any(s.novel is not None for s in stated),
        notices=(),
    )
    return replace(gold, notices=tuple(_notices(gold, list(read.values()), unknown, repeated)))


def _document(document: AnnotatedDocument, names: Names) -> GoldDocument:
    mentions = []
    for m in document.mentions:
        kind = _type(m, names)
        if kind is not None:
            mentions.append(Annotation(m.start, m.end, kind, m.raw, whole(m.raw, kind)))
    ends = Ends((m.type, m.column) for m in mentions)
    relations, cut = set(), set()
    for r in document.relations:
        label = names.relation(r.label)
        if label is not None:
            relations |= {Stated(pair, label, r.novel) for pair in pairs(ends.of(r.subject), ends.of(r.object))}
            cut |= {Stated(pair, label, r.novel) for pair in pairs(plain(r.subject), plain(r.object))}
    return GoldDocument(document.abstract, tuple(mentions), frozenset(relations), frozenset(cut))


def _judged_pairs(documents: Sequence[GoldDocument], labels: Sequence[str]) -> frozenset[frozenset[EntityType]]:
    """Every two types that the file annotates, where it has relation types of ours; of another kind of relation only what it relates."""
    annotated = sorted({m.type for d in documents for m in d.mentions})
    if any(Names().relation(label) in PREDICATES for label in labels):
        return frozenset(frozenset(two) for two in itertools.combinations_with_replacement(annotated, 2))
    related = set()
    for document in documents:
        kinds = {id_: m.type for m in reversed(document.mentions) for id_ in m.ids}
        related |= {frozenset(kinds[id_] for id_ in s.pair) for s in document.relations if all(id_ in kinds for id_ in s.pair)}
    return frozenset(related)


def _type(mention: AnnotatedMention, names: Names) -> EntityType | None:
    """What the user says it is, or the table of names, or the reader, which also knows lines of tmVar without a type."""
    return names.types[mention.label] if mention.label in names.types else names.entity(mention.label) or mention.type


def _notices(gold: GoldFile, read: Sequence[AnnotatedDocument], unknown: Mapping[str, int], repeated: int) -> Iterator[str]:
    refused = [problem for d in read for problem in d.problems]
    if refused:
        yield f"annotations refused, which are not gold: {len(refused)}; the first: {refused[0]}"
    if repeated:
        yield f"documents that stand more than once, scored once: {repeated}"
    if unknown:
        yield (
            f"not scored, since their types are unknown here: {_listed(unknown)}; what is found there counts as false "
            f"(map them with --types {min(unknown)}=TYPE, or leave them out with {min(unknown)}={NOT_SCORED})"
        )
    if not gold.has_ids:
        yield "the file has no identifiers: neither linking nor relations are scored"
    elif not gold.labels:
        yield "the file has no relations between identifiers: relations are not scored"
    if gold.labels and not any(Names().relation(r.label) in PREDICATES for d in read for r in d.relations):
        related = ", ".join(sorted("-".join(sorted({*pair})) if len(pair) > 1 else "-".join([*pair, *pair]) for pair in gold.pairs))
        yield f"the file relates {related or 'nothing that it names'}: found relations of other types of entities are not judged"
    others = [label for label in gold.labels if label not in PREDICATES]
    if others:
        yield (
            f"relation types that the model does not have: {', '.join(others)}; their pairs are scored, their types "
            f"{'count as missed' if gold.has_our_labels else 'are not'} (map them with --types {others[0]}=TYPE)"
        )


def _listed(labels: Mapping[str, int]) -> str:
    return ", ".join(f"{label} ({n})" for label, n in sorted(labels.items(), key=lambda item: (-item[1], item[0])))
