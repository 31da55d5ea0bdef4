"""What can be asked: the meta knowledge graph, and what Translator's registry reads of us (`x-trapi`, `x-translator`)."""

from functools import cache
from typing import Any, Final

from biorelay.translator import biolink
from biorelay.translator.constraints import KNOWN
from biorelay.translator.messages import TRAPI, Json
from biorelay.translator.plan import BATCH
from models.runtime.artefact import find_artefact, read_manifest
from processors.outputs.kgx import CATEGORIES, INFORES, PREFIXES
from processors.records import BIOLINK, EntityType, Predicate

ID_PREFIXES: Final[dict[EntityType, tuple[str, ...]]] = {
    EntityType.GENE: ("ncbigene",),
    EntityType.DISEASE: ("mesh", "omim"),
    EntityType.CHEMICAL: ("mesh",),
    EntityType.VARIANT: ("dbsnp", "hgvs"),
    EntityType.SPECIES: ("ncbitaxon",),
    EntityType.CELL_LINE: ("cellosaurus",),
}
"""The prefixes of the shipped vocabulary's identifiers by type, the most frequent first; a test holds it against the vocabulary."""
FAMILIES: Final = ("fplx",)

EXTENSIONS: Final[dict[str, Any]] = {
    "x-translator": {
        "component": "KP",
        "team": ["biorelay"],
        "biolink-version": biolink.VERSION,
        "infores": INFORES,
    },
    "x-trapi": {
        "version": TRAPI,
        "multicuriequery": True,
        "asyncquery": False,
        "pathfinderquery": False,
        "operations": ["lookup"],
        "batch_size_limit": BATCH,
    },
}
"""For an OpenAPI document's `info` (https://github.com/NCATSTranslator/translator_extensions)."""

_CONSTRAINED = frozenset(KNOWN)
_TOLD = (
    "biolink:knowledge_level",
    "biolink:agent_type",
    "biolink:negated",
    "biolink:has_confidence_score",
    "biolink:evidence_count",
    "biolink:publications",
    "biolink:original_predicate",
    "biolink:has_supporting_study_result",
    "biorelay:negated_papers",
    "biorelay:speculated_papers",
    "biorelay:first_year",
    "biorelay:last_year",
)


def meta_knowledge_graph(model: str | None = None) -> Json:
    """The triples that a model can state, of the categories and predicates that queries may use; both ways, for none has a direction.

    What a model can state are its relation types between the pairs of entity types that it judges. Raises `ArtefactMissing`
    and `ArtefactCorrupt`.
    """
    relations = _relations(model)
    pairs = {(EntityType(one), EntityType(other)) for one, other in relations["type_pairs"]}
    predicates = sorted({BIOLINK[Predicate(name)] for name in relations["labels"] if name in set(Predicate)})
    triples = sorted(
        {
            (subject, predicate, object_)
            for one, other in pairs
            for left, right in ((one, other), (other, one))
            for predicate in predicates
            for subject in _categories(left)
            for object_ in _categories(right)
        }
    )
    met = {category for subject, _, object_ in triples for category in (subject, object_)}
    return {
        "nodes": {category: {"id_prefixes": _prefixes(category), "attributes": [_meta("biorelay:degree")]} for category in sorted(met)},
        "edges": [
            {
                "subject": subject,
                "predicate": predicate,
                "object": object_,
                "knowledge_types": ["lookup"],
                "association": "biolink:Association",
                "attributes": [_meta(name) for name in _TOLD],
            }
            for subject, predicate, object_ in triples
        ],
    }


@cache
def _relations(model: str | None) -> Json:
    relations = read_manifest(find_artefact(model)).relations
    return {"type_pairs": relations.type_pairs, "labels": relations.labels}


def _categories(type_: EntityType) -> tuple[str, ...]:
    return (CATEGORIES[type_], "biolink:GeneFamily") if type_ is EntityType.GENE else (CATEGORIES[type_],)


def _prefixes(category: str) -> list[str]:
    ours = FAMILIES if category == "biolink:GeneFamily" else ID_PREFIXES[next(kind for kind, one in CATEGORIES.items() if one == category)]
    return [PREFIXES.get(prefix, prefix) for prefix in ours]


def _meta(name: str) -> Json:
    constrained = {"constraint_use": True, "constraint_name": name} if name in _CONSTRAINED else {}
    return {"attribute_type_id": name, "attribute_source": INFORES} | constrained
