"""Identifiers of a gold file and of what was extracted, made comparable.

Two ways, `WHOLE` and `PLAIN`. `WHOLE` takes an identifier for what it is: the parts of a composite mention stand for themselves, a
variant's notation is one identifier, and `MESH:D003924`, `mesh:D003924` and `D003924` are the same. `PLAIN` cuts every column at
`,` `;` `|`, as scorers of PubTator files do; a variant's notation (`p|SUB|V|600|E`) is five identifiers there.
"""

import re
from collections.abc import Iterable, Mapping

from models.evaluation.linking import id_sets
from processors.records import EntityType
from processors.sources.identifiers import split_identifiers, to_curie

WHOLE, PLAIN = "whole", "plain"
CONVENTIONS = (WHOLE, PLAIN)

_PREFIX = re.compile(
    r"(?:mesh|omim|mim|(?:ncbi ?|entrez ?)?gene(?:id)?|entrez|(?:ncbi ?)?tax(?:onomy|on|id)?|dbsnp|cellosaurus|tmvar)[:_]\s*",
    re.IGNORECASE,
)
_NOTHING = frozenset({"", "-", "-1"})

Pair = frozenset[str]
"""Two identifiers."""


def canonical(part: str, kind: EntityType | None) -> str:
    """One identifier without its database's prefix, in capitals."""
    curie = to_curie(_PREFIX.sub("", part.strip(), count=1), kind) or to_curie(part, kind)
    return (curie.partition(":")[2] if curie else _PREFIX.sub("", part.strip(), count=1)).upper()


def whole(column: str, kind: EntityType | None) -> tuple[str, ...]:
    """The identifiers of a column, each for what it is."""
    return tuple(dict.fromkeys(canonical(part, kind) for part in split_identifiers(column, kind)))


def plain(column: str) -> tuple[str, ...]:
    """The identifiers of a column as scorers of PubTator files cut it."""
    return tuple(sorted(id_sets([(EntityType.GENE, column)]).get(EntityType.GENE, ())))


def cut(column: str, kind: EntityType | None, convention: str) -> tuple[str, ...]:
    """The identifiers of a column by either convention."""
    return whole(column, kind) if convention == WHOLE else plain(column)


def pairs(subjects: Iterable[str], objects: Iterable[str]) -> set[Pair]:
    """Every pair of one of these and one of those; none of an identifier with itself."""
    others = list(objects)
    return {frozenset((a, b)) for a in subjects for b in others if a != b}


class Ends:
    """What the ends of a document's relations are: a relation names an identifier, or a mention's whole column, without its type."""

    def __init__(self, mentions: Iterable[tuple[EntityType, str]]) -> None:
        """`mentions`: types and identifier columns."""
        self._known: dict[str, tuple[str, ...]] = {}
        for kind, column in mentions:
            ids = whole(column, kind)
            self._known.setdefault(column.strip().upper(), ids)
            for part, id_ in zip(split_identifiers(column, kind), ids, strict=False):
                self._known.setdefault(part.upper(), (id_,))
                self._known.setdefault(id_, (id_,))

    def of(self, end: str) -> tuple[str, ...]:
        """The identifiers of an end; none where it says that there is none."""
        text = end.strip()
        bare = _PREFIX.sub("", text, count=1).upper()
        if text in _NOTHING:
            return ()
        found = self._known.get(text.upper()) or self._known.get(bare)
        return found or tuple(
            dict.fromkeys(i for part in split_identifiers(text, None) for i in self._known.get(part.upper()) or (canonical(part, None),))
        )


def sets(mentions: Iterable[tuple[EntityType, str]], types: Iterable[EntityType], convention: str) -> Mapping[EntityType, set[str]]:
    """A document's identifiers by type, out of types and columns; every one of `types` has its set."""
    found: dict[EntityType, set[str]] = {kind: set() for kind in types}
    for kind, column in mentions:
        if kind in found:
            found[kind].update(cut(column, kind, convention))
    return found
