"""KGX, the exchange format of Biolink Model knowledge graphs (https://biolink.github.io/kgx/kgx_format.html; Biolink Model 4.4).

One edge for each relation that a document states, one node for each entity that takes part in one. Nothing is lost on the way:

- negated and speculated relations are edges of their own with `negated: true` or `speculated: true`;
  a retracted article's edges carry `retracted: true`. **Count them apart**: they are no support.
- Our Bioregistry prefixes become Biolink's (`mesh:D003924` -> `MESH:D003924`), what no CURIE may hold is percent-encoded, and
  `original_subject` and `original_object` keep our identifiers. An unlinked entity is a node of its document alone.
- `EXTENSIONS` are the edge properties that Biolink's Association has no slot for, as KGX allows; all others validate against it.

A linked entity's node is the same whatever the order of the documents: the least of its names, every category it was met with.
Those nodes are kept until the end, so memory grows with the distinct linked entities (some 300 bytes each), not with the number
of documents, edges or unlinked entities; only `KgxJson`, the one-file form, keeps unlinked ones as well.
"""

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

from processors.records import BIOLINK, Curie, Entities, EntityType, Relation, Relations, edge_key

INFORES: Final = "infores:biorelay"
EXTENSIONS: Final = ("speculated", "retracted", "subject_location_in_text", "object_location_in_text")

CATEGORIES: Final[dict[EntityType, str]] = {
    EntityType.GENE: "biolink:Gene",
    EntityType.DISEASE: "biolink:DiseaseOrPhenotypicFeature",  # BioRED's type holds symptoms and signs too
    EntityType.CHEMICAL: "biolink:ChemicalEntity",
    EntityType.VARIANT: "biolink:SequenceVariant",
    EntityType.SPECIES: "biolink:OrganismTaxon",
    EntityType.CELL_LINE: "biolink:CellLine",
}
"""Biolink's class of each entity type."""

_FAMILIES: Final = frozenset({"fplx", "hgnc.genegroup", "interpro", "pfam"})
"""Databases of gene and protein families: their members are no single genes."""

PREFIXES: Final = {
    "chebi": "CHEBI",
    "cl": "CL",
    "clinvar": "CLINVAR",
    "clo": "CLO",
    "dbsnp": "DBSNP",
    "doid": "DOID",
    "drugbank": "DRUGBANK",
    "efo": "EFO",
    "ensembl": "ENSEMBL",
    "go": "GO",
    "hgnc": "HGNC",
    "hp": "HP",
    "local": "biorelay",  # ours alone: an entity that one document names and no database knows
    "mesh": "MESH",
    "mondo": "MONDO",
    "ncbigene": "NCBIGene",
    "ncbitaxon": "NCBITaxon",
    "ncit": "NCIT",
    "omim": "OMIM",
    "pmc": "PMCID",
    "pubchem.compound": "PUBCHEM.COMPOUND",
    "pubmed": "PMID",
    "rxnorm": "RXNORM",
    "uberon": "UBERON",
    "umls": "UMLS",
    "uniprot": "UniProtKB",
}
"""Biolink's prefixes where they are not Bioregistry's lower-case ones; the others stay as they are."""

_SAFE: Final = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '%:/<>"{}|\\^`')

Row = dict[str, Any]


class Kgx:
    """The nodes and edges of one run of documents."""

    def __init__(self) -> None:
        self._linked: dict[str, tuple[str, set[str]]] = {}

    def add(self, relations: Relations) -> tuple[list[Row], list[Row]]:
        """A document's edges, and those nodes that no other document can have: its unlinked entities."""
        own: dict[str, Row] = {}
        for relation in relations.relations:
            for end in (relation.subject, relation.object):
                curie, name, category = biolink_curie(end.id), end.name, category_of(end.id, end.type)
                if end.id.startswith("local:"):
                    own.setdefault(curie, _node(curie, name, [category]))
                else:
                    known, categories = self._linked.setdefault(curie, (name, set()))
                    categories.add(category)
                    self._linked[curie] = (min(known, name), categories)
        return list(own.values()), [_edge(relations, relation) for relation in relations.relations]

    def linked(self) -> Iterator[Row]:
        """The nodes of all linked entities so far, in order of their identifiers."""
        for curie, (name, categories) in sorted(self._linked.items()):
            yield _node(curie, name, sorted(categories))


class KgxJson:
    """KGX in one file, its JSON serialisation: edges first, for they stream; all nodes wait for the end, unlinked ones too."""

    def __init__(self) -> None:
        self._graph = Kgx()
        self._own: list[bytes] = []
        self._written = 0

    def begin(self) -> bytes:
        return b'{"edges":['

    def write(self, entities: Entities, relations: Relations) -> bytes:
        nodes, edges = self._graph.add(relations)
        self._own += map(_json, nodes)
        text = b"".join((b",\n" if self._written + place else b"\n") + _json(edge) for place, edge in enumerate(edges))
        self._written += len(edges)
        return text

    def end(self) -> bytes:
        nodes = [*self._own, *map(_json, self._graph.linked())]
        return b'\n],"nodes":[\n' + b",\n".join(nodes) + b"\n]}\n"


def lines(rows: Iterable[Row]) -> bytes:
    """Rows as JSON lines."""
    return b"".join(_json(row) + b"\n" for row in rows)


def biolink_curie(curie: Curie) -> str:
    """One of our CURIEs as Biolink writes it; reversible.

    >>> biolink_curie("ncbigene:672"), biolink_curie("hgvs:NM_007294.3:c.68A>G")
    ('NCBIGene:672', 'hgvs:NM_007294.3%3Ac.68A%3EG')
    """
    prefix, _, local = curie.partition(":")
    return f"{PREFIXES.get(prefix, prefix)}:{quote(local, safe=_SAFE, errors='surrogatepass')}"


def category_of(curie: Curie, type_: EntityType) -> str:
    """Biolink's class of an entity: its type's, or a family of genes."""
    family = type_ is EntityType.GENE and curie.partition(":")[0] in _FAMILIES
    return "biolink:GeneFamily" if family else CATEGORIES[type_]


def _node(curie: str, name: str, categories: list[str]) -> Row:
    return {"id": curie, "category": categories, "name": name, "provided_by": [INFORES]}


def _edge(document: Relations, relation: Relation) -> Row:
    evidence = relation.evidence
    key = edge_key(relation.subject.id, relation.predicate, relation.object.id)
    name = f"{INFORES}|{document.id}|{key}|{relation.negated}|{relation.speculated}|{evidence.start}"
    row: Row = {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, name).urn,
        "category": ["biolink:Association"],
        "subject": biolink_curie(relation.subject.id),
        "predicate": BIOLINK[relation.predicate],
        "object": biolink_curie(relation.object.id),
        "negated": relation.negated,
        "knowledge_level": "not_provided",  # Biolink: for text-mined edges, whose author may have asserted, predicted or observed
        "agent_type": "text_mining_agent",
        "primary_knowledge_source": INFORES,
        "publications": [biolink_curie(document.id)],
        "supporting_text": [evidence.text],
        "has_confidence_score": relation.probability,
        "original_subject": relation.subject.id,
        "original_predicate": f"biorelay:{relation.predicate}",
        "original_object": relation.object.id,
        "speculated": relation.speculated,
        "retracted": document.article.retracted or None,
        "subject_location_in_text": [evidence.subject.start - evidence.start, evidence.subject.end - evidence.start],
        "object_location_in_text": [evidence.object.start - evidence.start, evidence.object.end - evidence.start],
    }
    return {name: value for name, value in row.items() if value is not None}


def _json(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
