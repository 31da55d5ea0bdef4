"""What a query's Biolink terms ask of the graph. The terms themselves are KGX's (`processors.outputs.kgx`, `processors.records.BIOLINK`).

A query matches what is of the category or predicate that it names, or of one below it in the Biolink Model. Entity types are coarser than
Biolink's classes: diseases and phenotypes are one type of ours, drugs and small molecules another. A query for the narrower class
is answered by the type as a whole, and the answer's log says so (`Wanted.coarse`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from graphstore.imports.prefixes import normalised
from processors.outputs.kgx import CATEGORIES, biolink_curie, category_of
from processors.records import BIOLINK, EntityType, Predicate

VERSION: Final = "4.4.4"
"""The Biolink Model whose hierarchy stands below; a test holds it against the model's own."""

_TYPED = ("NamedThing", "Entity", "ThingWithTaxon")
_PHYSICAL = ("PhysicalEssence", "PhysicalEssenceOrOccurrent")
_GENES = ("GeneOrGeneProductOrGeneFamily", "ChemicalEntityOrGeneOrGeneProduct", "MacromolecularMachineMixin", "BiologicalEntity")

ABOVE: Final[dict[str, tuple[str, ...]]] = {
    "biolink:Gene": ("GeneOrGeneProduct", "GenomicEntity", "OntologyClass", *_GENES, *_PHYSICAL, *_TYPED),
    "biolink:GeneFamily": ("GeneGroupingMixin", *_GENES, *_TYPED),
    "biolink:DiseaseOrPhenotypicFeature": ("BiologicalEntity", "OntologyClass", *_TYPED),
    "biolink:ChemicalEntity": (
        "ChemicalOrDrugOrTreatment",
        "ChemicalEntityOrGeneOrGeneProduct",
        "ChemicalEntityOrProteinOrPolypeptide",
        "NamedThing",
        "Entity",
        *_PHYSICAL,
    ),
    "biolink:SequenceVariant": ("GenomicEntity", "BiologicalEntity", "OntologyClass", *_PHYSICAL, *_TYPED),
    "biolink:OrganismTaxon": ("NamedThing", "Entity"),
    "biolink:CellLine": ("OrganismalEntity", "SubjectOfInvestigation", "BiologicalEntity", *_TYPED),
}
"""What stands above each of our categories, mixins too."""

COARSE: Final[dict[str, tuple[str, ...]]] = {
    "biolink:Gene": ("Protein", "ProteinIsoform", "RNAProduct", "RNAProductIsoform", "NoncodingRNAProduct", "MicroRNA", "SiRNA"),
    "biolink:DiseaseOrPhenotypicFeature": ("Disease", "PhenotypicFeature", "BehavioralFeature", "ClinicalFinding"),
    "biolink:ChemicalEntity": (
        "MolecularEntity",
        "SmallMolecule",
        "ChemicalMixture",
        "NucleicAcidEntity",
        "MolecularMixture",
        "ComplexMolecularMixture",
        "ProcessedMaterial",
        "Drug",
        "EnvironmentalFoodContaminant",
        "FoodAdditive",
        "Food",
    ),
    "biolink:SequenceVariant": ("Snv",),
}
"""Narrower classes that a type of ours holds without telling them apart. BioRED's genes are genes and their products."""

PREDICATES_ABOVE: Final[dict[str, tuple[str, ...]]] = {
    "biolink:related_to": (),
    "biolink:associated_with": ("related_to_at_instance_level", "related_to"),
    "biolink:positively_correlated_with": ("correlated_with", "associated_with", "related_to_at_instance_level", "related_to"),
    "biolink:negatively_correlated_with": ("correlated_with", "associated_with", "related_to_at_instance_level", "related_to"),
    "biolink:interacts_with": ("related_to_at_instance_level", "related_to"),
    "biolink:directly_physically_interacts_with": (
        "physically_interacts_with",
        "interacts_with",
        "related_to_at_instance_level",
        "related_to",
    ),
}
"""What stands above each of our predicates. All of ours are symmetric in Biolink, as BioRED's relations are: an edge answers both ways."""

_TYPE_OF: Final[dict[str, EntityType]] = {category: kind for kind, category in CATEGORIES.items()} | {"biolink:GeneFamily": EntityType.GENE}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The entities that a query node's categories ask for. `coarse`: the categories that we cannot tell from a broader one of ours."""

    categories: frozenset[str]
    coarse: tuple[str, ...] = ()

    @property
    def types(self) -> tuple[EntityType, ...]:
        """The entity types to look among; all where nothing is restricted."""
        found = {_TYPE_OF[category] for category in self.categories}
        return tuple(kind for kind in EntityType if kind in found)

    def has(self, curie: str, type_: str) -> bool:
        """Whether an entity is one of them."""
        return category(curie, type_) in self.categories or self.categories == EVERY.categories


EVERY: Final = Wanted(frozenset(ABOVE))


def wanted(categories: Iterable[str] | None) -> Wanted:
    """What categories (`biolink:Gene`) ask for; each stands for itself and all below it. None asks for everything."""
    if categories is None:
        return EVERY
    asked = tuple(dict.fromkeys(categories))
    found = {ours for ours, above in ABOVE.items() for name in asked if name == ours or name.removeprefix("biolink:") in above}
    coarse = {name: ours for ours, below in COARSE.items() for name in asked if name.removeprefix("biolink:") in below}
    return Wanted(frozenset({*found, *coarse.values()}), tuple(name for name in asked if name in coarse and coarse[name] not in found))


def predicates(asked: Iterable[str] | None) -> frozenset[Predicate]:
    """Our predicates that stand for the asked ones or are below them. None asks for all."""
    names = None if asked is None else set(asked)
    return frozenset(
        ours
        for ours, biolink in BIOLINK.items()
        if names is None or biolink in names or any(f"biolink:{name}" in names for name in PREDICATES_ABOVE[biolink])
    )


def category(curie: str, type_: str) -> str:
    """Biolink's class of an entity of the graph."""
    return category_of(curie, EntityType(type_)) if type_ in set(EntityType) else "biolink:NamedThing"


def ours(identifier: str) -> str | None:
    """A client's identifier as we write it, whatever prefix of the same database it bears; None for what is no CURIE.

    >>> ours("NCBIGene:672"), ours("MESH:D003924"), ours("UMLS:C0011860"), ours("diabetes")
    ('ncbigene:672', 'mesh:D003924', 'umls:C0011860', None)
    """
    return normalised(identifier)


def theirs(curie: str) -> str:
    """Our identifier as Biolink writes it."""
    return biolink_curie(curie)
