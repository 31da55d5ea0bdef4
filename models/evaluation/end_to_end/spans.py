"""Found mentions against gold ones: strict, relaxed, and which was taken for which."""

from collections.abc import Iterable, Sequence

from models.evaluation.counts import Counts
from processors.records import EntityType

Span = tuple[int, int, EntityType]

ALL = "all"


def overlap(one: Span, other: Span) -> int:
    """Code points that both cover."""
    return min(one[1], other[1]) - max(one[0], other[0])


def strict(gold: Iterable[Span], found: Iterable[Span], types: Iterable[EntityType]) -> dict[str, Counts]:
    """Start, end and type are equal; by type, and `all` over these types."""
    expected, got = set(gold), set(found)
    counts = {kind.value: Counts.of({s for s in expected if s[2] is kind}, {s for s in got if s[2] is kind}) for kind in types}
    return {**counts, ALL: Counts.total(counts.values())}


def relaxed(gold: Iterable[Span], found: Iterable[Span], types: Iterable[EntityType]) -> dict[str, Counts]:
    """Types are equal and the spans overlap; each gold mention answers for one found one, so nothing is counted twice."""
    expected, got = set(gold), set(found)
    counts = {}
    for kind in types:
        wanted, have = ([s for s in side if s[2] is kind] for side in (expected, got))
        hits = len(paired(wanted, have))
        counts[kind.value] = Counts(hits, len(have) - hits, len(wanted) - hits)
    return {**counts, ALL: Counts.total(counts.values())}


def paired(gold: Sequence[Span], found: Sequence[Span]) -> list[tuple[Span, Span]]:
    """Gold and found spans that overlap, each in one pair: equal ones first, then from left to right (Glover 1967).

    Types are not looked at. Where the found ones do not overlap one another, no other choice pairs more of them.
    """
    wanted, have = sorted(set(gold), key=lambda s: (s[1], s[0], s[2])), sorted(set(found))
    out = []
    for is_equal in (True, False):
        for candidate in list(have):
            match = next((s for s in wanted if (s[:2] == candidate[:2] if is_equal else overlap(s, candidate) > 0)), None)
            if match is not None:
                wanted.remove(match)
                have.remove(candidate)
                out.append((match, candidate))
    return sorted(out)


def confusion(gold: Iterable[Span], found: Iterable[Span], types: Sequence[EntityType]) -> list[list[int]]:
    """Gold types by row, found types by column, and nothing at all last in both: how many mentions of the one were taken for the other.

    Mentions are paired type by type first, then whatever overlaps.
    """
    expected, got = {s for s in gold if s[2] in types}, {s for s in found if s[2] in types}
    matrix = [[0] * (len(types) + 1) for _ in range(len(types) + 1)]
    for kind in (*types, None):
        for one, other in paired([s for s in expected if kind in (s[2], None)], [s for s in got if kind in (s[2], None)]):
            matrix[types.index(one[2])][types.index(other[2])] += 1
            expected.discard(one)
            got.discard(other)
    for one in expected:
        matrix[types.index(one[2])][-1] += 1
    for one in got:
        matrix[-1][types.index(one[2])] += 1
    return matrix
