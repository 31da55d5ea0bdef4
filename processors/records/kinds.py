"""The kinds of entities and of relations, and what a relation's edge is called in the graph."""

from enum import StrEnum


class EntityType(StrEnum):
    """BioRED's six entity types, by their short names."""

    GENE = "Gene"
    DISEASE = "Disease"
    CHEMICAL = "Chemical"
    VARIANT = "Variant"
    SPECIES = "Species"
    CELL_LINE = "CellLine"


class Predicate(StrEnum):
    """BioRED's eight relation types (Luo et al. 2022, doi:10.1093/bib/bbac282)."""

    ASSOCIATION = "Association"
    POSITIVE_CORRELATION = "Positive_Correlation"
    NEGATIVE_CORRELATION = "Negative_Correlation"
    BIND = "Bind"
    DRUG_INTERACTION = "Drug_Interaction"
    COTREATMENT = "Cotreatment"
    COMPARISON = "Comparison"
    CONVERSION = "Conversion"


BIOLINK: dict[Predicate, str] = {
    Predicate.ASSOCIATION: "biolink:associated_with",
    Predicate.POSITIVE_CORRELATION: "biolink:positively_correlated_with",
    Predicate.NEGATIVE_CORRELATION: "biolink:negatively_correlated_with",
    Predicate.BIND: "biolink:directly_physically_interacts_with",
    Predicate.DRUG_INTERACTION: "biolink:interacts_with",
    Predicate.COTREATMENT: "biolink:related_to",
    Predicate.COMPARISON: "biolink:related_to",
    Predicate.CONVERSION: "biolink:related_to",
}
"""The one table from our predicates to Biolink's (version 4.4)."""

UNDIRECTED: frozenset[Predicate] = frozenset(Predicate)
"""BioRED annotates no direction; an undirected edge's key sorts its two CURIEs."""


def edge_key(subject: str, predicate: Predicate, object_: str) -> str:
    """The key of a relation's edge: `subject|predicate|object`, the two CURIEs sorted where the predicate has no direction."""
    if predicate in UNDIRECTED and object_ < subject:
        subject, object_ = object_, subject
    return f"{subject}|{predicate}|{object_}"
