"""One document's way through the linker: each mention to its type's resolver, species first and variants last."""

from collections.abc import Callable, Iterable

from processors.linking import genes, names, variants
from processors.linking.context import Context
from processors.linking.local import local_curie
from processors.linking.match import Match
from processors.normalisation import exact_key
from processors.records import Curie, EntityType

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


def matches(context: Context) -> list[Match | None]:
    """A match for each mention of a context, in their order; None where none was found."""
    mentions = context.mentions
    found: list[Match | None] = [None] * len(mentions)

    def resolve(indices: Iterable[int]) -> None:
        for index in indices:
            start, end, kind = mentions[index]
            found[index] = RESOLVERS[kind](context, kind, start, end)

    for kinds in _STAGES:
        stage = [index for index, (_, _, kind) in enumerate(mentions) if kind in kinds]
        resolve(stage)
        context.concepts.update(curie for i in stage if (match := found[i]) and not _ambiguous(match) for curie in match.curies)
        context.forget()
        resolve(index for index in stage if (match := found[index]) and _ambiguous(match))
        if EntityType.GENE in kinds:
            context.genes = sorted(
                (start, end, match.curies[0])
                for match, (start, end, _) in zip(found, mentions, strict=True)
                if match and len(match.curies) == 1 and match.curies[0].startswith("ncbigene:")
            )
    variants.appositions(context, found)
    return found


def _ambiguous(match: Match) -> bool:
    return match.features.get("rivals", 0.0) > 0


def local_identifiers(context: Context, kind: EntityType, surface: str) -> tuple[Curie, ...]:
    """The identifier of a mention that stays unlinked: of its document alone."""
    variant = kind is EntityType.VARIANT
    name = variants.local_key(surface) if variant else exact_key(context.long_of.get(surface, surface)) or surface
    return (local_curie(context.document, kind, name),)
