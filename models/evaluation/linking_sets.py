"""The gold sets that linking is scored on, and what counts as the same identifier there.

Two ways of counting, both over document id sets. `plain` is that of scorers of PubTator files: the identifier column cut at
`,` `;` `|`, prefixes left out, in capitals. `fair` forgives what is convention only: MEDIC's and the Disease Ontology's
alternates are one identifier, `+` joins as `|` does, a variant's notation is one thing, and neither way count a gene that
the gold set gives to what it calls a family or domain, and the identifier of a family that the linker gives.
"""

import csv
import gzip
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.corpora.errors import CorpusMissing
from models.evaluation.linking import id_sets
from processors.records import EntityType
from processors.sources.annotated import read_annotated
from processors.sources.identifiers import split_identifiers
from processors.sources.pubtator import AnnotatedDocument, AnnotatedMention

Sets = dict[EntityType, set[str]]

FAMILY = "FPLX:"
"""How FamPlex's identifiers begin: what the gold sets, which have genes only, can call neither right nor wrong."""


@dataclass(frozen=True, slots=True)
class LinkingSet:
    """One gold set. Of other types than `types` nothing is counted there."""

    name: str  # corpus/split
    file: str  # under the data folder
    types: tuple[EntityType, ...]

    def read(self, data: Path) -> list[AnnotatedDocument]:
        """Its documents. Raises `CorpusMissing`."""
        path = data / self.file
        if not path.is_file():
            raise CorpusMissing(f"{self.name} is not at {path}", remedy="Name the data folder with --data.")
        return list(read_annotated(path))


LINKING_SETS: tuple[LinkingSet, ...] = (
    LinkingSet("biored/dev", "biored/Dev.PubTator", tuple(EntityType)),
    LinkingSet("bc5cdr/test", "bc5cdr_pubtator/CDR_TestSet.PubTator.txt", (EntityType.CHEMICAL, EntityType.DISEASE)),
    LinkingSet("ncbi-disease/test", "ncbi_disease/NCBItestset_corpus.txt", (EntityType.DISEASE,)),
    LinkingSet("nlm-gene/test", "pubtator_ner/NLMgene_Test.PubTator", (EntityType.GENE,)),
)
"""What is reported; none of them gives a name to the vocabulary."""


def column(mention: AnnotatedMention) -> str:
    """The identifier column; of a variant's only what names it."""
    return mention.raw.split(";")[0] if mention.type is EntityType.VARIANT else mention.raw


def plain_sets(mentions: Iterable[tuple[EntityType, str]], types: Iterable[EntityType]) -> Sets:
    """Identifier sets as the plain scorer cuts them, out of (type, column) pairs; every one of `types` has its set."""
    found = id_sets(mentions)
    return {kind: found.get(kind, set()) for kind in types}


class Alternates:
    """Which identifiers of diseases are one: MEDIC's alternates (MeSH and OMIM), the Disease Ontology's cross-references."""

    def __init__(self, same: Mapping[str, str] | None = None) -> None:
        self._same = dict(same or {})

    @classmethod
    def read(cls, data: Path) -> "Alternates":
        """From the knowledge bases under the data folder, as far as they are there."""
        same: dict[str, str] = {}
        medic, ontology = data / "kb/mesh/medic_06Jul2012.txt.gz", data / "kb/disease_ontology/MESHinDO.tsv.gz"
        if medic.is_file():
            with gzip.open(medic, "rt", encoding="utf-8") as stream:
                for line in stream:
                    main, _, rest = line.partition("|")
                    for other in rest.partition("|")[0].replace(",", " ").split():
                        same.setdefault(bare(other), bare(main))
        if ontology.is_file():
            with gzip.open(ontology, "rt", encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream, delimiter="\t"):
                    ids = re.findall(r"MESH:([CD]\d+)", row["xrefs"])
                    if len(ids) == 1:
                        same.setdefault(bare(row["id"]), ids[0])
        return cls(same)

    def one(self, identifier: str) -> str:
        """The main identifier of those that are one with this; given and returned without prefix, in capitals."""
        return self._same.get(identifier, identifier)


_PREFIX = re.compile(r"^(?:mesh|omim|mim|ncbigene|entrez|ncbitaxon|taxonomy|dbsnp|cellosaurus|gene):\s*", re.IGNORECASE)


def bare(identifier: str) -> str:
    """An identifier without its database's prefix, in capitals."""
    return _PREFIX.sub("", identifier.strip()).upper()


def single(kind: EntityType, raw: str, alternates: Alternates) -> tuple[str, ...]:
    """The identifiers of one column by the fair convention."""
    parts = [bare(part) for part in split_identifiers(raw, kind)]
    return tuple(dict.fromkeys(alternates.one(part) if kind is EntityType.DISEASE else part for part in parts))


def fair_sets(mentions: Iterable[tuple[EntityType, str]], types: Iterable[EntityType], alternates: Alternates) -> Sets:
    """Identifier sets by the fair convention, out of (type, column) pairs; every one of `types` has its set."""
    found: Sets = {kind: set() for kind in types}
    for kind, raw in mentions:
        if kind in found:
            found[kind].update(single(kind, raw, alternates))
    return found


def false_free(found: Sets, expected: Sets, neither: Collection[str]) -> Sets:
    """The found identifiers without those that count neither way."""
    return {kind: {i for i in ids if i in expected[kind] or not (i in neither or i.startswith(FAMILY))} for kind, ids in found.items()}


def neither_way(document: AnnotatedDocument) -> set[str]:
    """Genes that the gold set gives to what it does not call a gene, such as a family."""
    return {bare(part) for m in document.mentions if m.type is None for part in split_identifiers(m.raw, None)}
