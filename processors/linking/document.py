"""One document's way through the linker: each mention to its type's resolver, species first and variants last."""

from collections.abc import Callable, Sequence

from processors.linking import genes, names, variants
from processors.linking.context import Context
from processors.linking.local import local_curie
from processors.linking.match import Match
from processors.normalisation import exact_key
from processors.records import EntityType
from processors.vocabulary import Vocabulary

Resolver = Callable[[Context, EntityType, int, int], Match | None]
"""Resolves the mention `text[start:end]` of a context; None where it stays local."""

RESOLVERS: dict[EntityType, Resolver] = {
    EntityType.SPECIES: names.resolve,
    EntityType.DISEASE: names.resolve,
    EntityType.CHEMICAL: names.resolve,
    EntityType.CELL_LINE: names.resolve,
    EntityType.GENE: genes.resolve,
    EntityType.VARIANT: variants.resolve,
}
_STAGES = ({EntityType.SPECIES}, set(EntityType) - {EntityType.SPECIES, EntityType.VARIANT}, {EntityType.VARIANT})


def matches(vocabulary: Vocabulary, document: str, text: str, mentions: Sequence[tuple[int, int, EntityType]]) -> list[Match]:
    """A match for each mention, in their order; one local identifier, without features, where none was found."""
    context = Context(vocabulary, document, text, mentions)
    found: list[Match | None] = [None] * len(mentions)
    for kinds in _STAGES:
        for index, (start, end, kind) in enumerate(mentions):
            if kind in kinds:
                found[index] = RESOLVERS[kind](context, kind, start, end)
        if EntityType.SPECIES in kinds:
            context.taxa.update(_identifiers(found, "ncbitaxon:"))
        elif EntityType.GENE in kinds:
            context.genes = sorted({f"ncbigene:{number}" for number in _identifiers(found, "ncbigene:")})
    variants.appositions(context, found)
    return [match or _local(context, kind, text[start:end]) for match, (start, end, kind) in zip(found, mentions, strict=True)]


def _identifiers(found: Sequence[Match | None], prefix: str) -> list[str]:
    return [curie.removeprefix(prefix) for match in found if match for curie in match.curies if curie.startswith(prefix)]


def _local(context: Context, kind: EntityType, surface: str) -> Match:
    variant = kind is EntityType.VARIANT
    name = variants.local_key(surface) if variant else exact_key(context.long_of.get(surface, surface)) or surface
    return Match((local_curie(context.document, kind, name),))
