"""What other corpora call the types of entities and relations, as ours."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from models.evaluation.errors import GoldUnusable
from processors.records import EntityType, Predicate
from processors.sources.pubtator import TYPES

NOT_SCORED = "-"

_OTHERS = {
    EntityType.GENE: ("protein", "geneprotein", "geneorprotein", "ggp", "geney", "genen", "geneproduct"),
    EntityType.DISEASE: ("disorder", "diseaseorphenotype", "phenotypicfeature", "cancer"),
    EntityType.CHEMICAL: ("drug", "compound", "chemicals", "simplechemical", "smallmolecule", "chebi"),
    EntityType.VARIANT: ("variation", "geneticvariant", "sequencevariation", "dbsnp"),
    EntityType.SPECIES: ("organism", "taxon"),
    EntityType.CELL_LINE: ("cellosaurus",),
}
"""Names of ChemProt, DrugProt, DDI-2013, AnatEM, CRAFT, BioNLP and BERN2 that the reader of PubTator and BioC has no type for."""


def letters(label: str) -> str:
    """A type's name without case, signs and digits, as scorers of PubTator files compare them."""
    return re.sub(r"[^a-z]", "", label.lower())


_TYPES = {letters(name): kind for name, kind in TYPES.items()} | {name: kind for kind, names in _OTHERS.items() for name in names}
_PREDICATES = {letters(p): p.value for p in Predicate}


@dataclass(frozen=True, slots=True)
class Names:
    """Names that the user mapped; they win over the table of known ones. None: not scored."""

    types: dict[str, EntityType | None] = field(default_factory=dict)
    relations: dict[str, str | None] = field(default_factory=dict)

    @classmethod
    def parse(cls, mapped: Iterable[str]) -> "Names":
        """Out of `NAME=TYPE`: one of our entity types, one of our relation types, or `-` to leave the name out.

        Raises `GoldUnusable` where one is neither.
        """
        names = cls()
        for entry in mapped:
            name, equals, target = (part.strip() for part in entry.partition("="))
            kind = next((kind for kind in EntityType if kind.value.lower() == target.lower()), None)
            predicate = _PREDICATES.get(letters(target)) if kind is None else None
            if not equals or not name or not (kind or predicate or target == NOT_SCORED):
                ours = ", ".join([*EntityType, *Predicate])
                raise GoldUnusable(f"--types {entry}: no type is mapped by this", remedy=f"Write NAME=TYPE with one of {ours}, or NAME=-.")
            if predicate is None:
                names.types[name] = kind
            if kind is None:
                names.relations[name] = predicate
        return names

    def entity(self, label: str) -> EntityType | None:
        """Our type for a file's name of one; None where it is not scored."""
        return self.types[label] if label in self.types else _TYPES.get(letters(label))

    def relation(self, label: str) -> str | None:
        """Our relation type for a file's name of one, or the name as it stands where it is none of ours; None: not scored."""
        return self.relations[label] if label in self.relations else _PREDICATES.get(letters(label), label)
