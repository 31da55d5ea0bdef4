"""How many pairs a set of relations reaches that none of them states: the growth of new relations with the relations known.

After the growth figure of a comparison of language models on relation extraction, which gives four numbers of it and no formula: new
relations at two to four hops, in percent of the relations known. Here a pair is new at `h` hops when it is joined within `h` steps and
by no relation; that counts every pair once, whatever the number of ways.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from graphstore.networks import Bits, Floats, Ints, Network, count_pairs

HOPS = (2, 3, 4)
QUANTILES = (0.05, 0.5, 0.95)


class Stated(NamedTuple):
    """A row: two names with their types, and whether it says that the two have nothing to do with each other."""

    first: str
    first_type: str
    second: str
    second_type: str
    false: bool = False


class Rows(NamedTuple):
    """Rows as numbers of nodes. Names are nodes as they stand: who wants them lower-cased does that before."""

    pairs: Ints  # (rows, 2)
    false: NDArray[np.bool_]  # (rows,)
    types: tuple[str, ...]  # of the nodes; of a name that has several types the first one

    @classmethod
    def of(cls, stated: Iterable[Stated]) -> Self:
        """The rows in their order."""
        place: dict[str, int] = {}
        types: list[str] = []
        pairs, false = [], []
        for row in stated:
            for name, type_ in ((row.first, row.first_type), (row.second, row.second_type)):
                if place.setdefault(name, len(place)) == len(types):
                    types.append(type_)
            pairs.append((place[row.first], place[row.second]))
            false.append(row.false)
        return cls(np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(false, dtype=np.bool_), tuple(types))


class Spread(NamedTuple):
    """A figure over the draws."""

    mean: float
    sd: float  # of the draws (n - 1); 0 of a single one
    low: float  # 5 % of the draws are below
    median: float
    high: float  # 5 % are above

    @classmethod
    def of(cls, values: Sequence[float] | Floats) -> Self:
        """Raises `ValueError` of no value."""
        found = np.asarray(values, dtype=np.float64)
        if not found.size:
            raise ValueError("no draw, no spread")
        low, median, high = (float(value) for value in np.quantile(found, QUANTILES))
        return cls(float(found.mean()), float(found.std(ddof=1)) if found.size > 1 else 0.0, low, median, high)


class Hop(NamedTuple):
    """New pairs within so many steps. Percentages are 0 to any, shares 0 to 1."""

    hops: int
    of_rows: Spread  # percent of the rows drawn
    of_edges: Spread  # percent of the different pairs that they state
    by_types: dict[str, float]  # "Disease - Gene" -> mean percent of the rows drawn
    only_by_false: float  # share of the new pairs, over all draws, that are not joined within so many steps without the false rows


class Point(NamedTuple):
    """The growth at `rows` rows."""

    rows: int
    draws: int
    edges: float  # different pairs stated, mean
    hops: tuple[Hop, ...]


def sizes(rows: int, steps: int) -> list[int]:
    """`steps` equal steps up to all rows: 35, 71, 106, ... 355 of 355 rows in ten. Raises `ValueError` of fewer rows than steps."""
    if not 1 <= steps <= rows:
        raise ValueError(f"{rows} rows cannot be taken in {steps} steps")
    return [rows * step // steps for step in range(1, steps + 1)]


def grow(
    rows: Rows, at: Sequence[int], *, draws: int, seed: int, hops: Sequence[int] = HOPS, advance: Callable[[int], None] = lambda done: None
) -> list[Point]:
    """The growth at each number of rows, over that many random draws without replacement; all rows are drawn only once.

    Equal arguments give equal figures. `advance` hears of each draw. Raises `ValueError` where more rows are asked for than there are.
    """
    points = []
    for size in at:
        if not 1 <= size <= len(rows.pairs):
            raise ValueError(f"{size} of {len(rows.pairs)} rows cannot be drawn")
        rng = np.random.default_rng([seed, size])
        drawn = []
        for done in range(1 if size == len(rows.pairs) else draws):
            drawn.append(_draw(rows, rng.choice(len(rows.pairs), size, replace=False), hops))
            advance(done + 1)
        points.append(_point(size, drawn, hops))
    return points


class _Draw(NamedTuple):
    edges: int
    kinds: tuple[str, ...]
    new: list[Ints]  # by hops: (kinds, kinds)
    only_by_false: list[int]  # by hops


def _draw(rows: Rows, chosen: Ints, hops: Sequence[int]) -> _Draw:
    whole, true = _networks(rows, chosen)
    reached, without = list(whole.within(max(hops))), list(true.within(max(hops)))
    new, only = [], []
    for steps in hops:
        counts = count_pairs(reached[steps - 1] & ~reached[0], whole.kind, len(whole.kinds))
        new.append(counts)
        only.append(_pairs(reached[steps - 1] & ~reached[0] & ~without[steps - 1]))
    return _Draw(len(whole.edges), whole.kinds, new, only)


def _networks(rows: Rows, chosen: Ints) -> tuple[Network, Network]:
    """The network of the chosen rows, and of the true ones among them, over the same nodes."""
    nodes, ends = np.unique(rows.pairs[chosen], return_inverse=True)
    ends = np.sort(ends.reshape(-1, 2), axis=1)
    ids = tuple(map(str, nodes.tolist()))
    types = tuple(rows.types[node] for node in nodes.tolist())

    def network(pairs: Ints) -> Network:
        edges = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
        return Network(ids, types, edges, np.ones(len(edges)))

    return network(ends), network(ends[~rows.false[chosen]])


def _pairs(bits: Bits) -> int:
    """Pairs of a symmetric bit matrix without its diagonal."""
    return int(np.bitwise_count(bits).sum()) // 2


def _point(size: int, drawn: Sequence[_Draw], hops: Sequence[int]) -> Point:
    found = []
    for place, steps in enumerate(hops):
        totals = np.array([draw.new[place].sum() for draw in drawn], dtype=np.float64)
        by_types: dict[str, float] = {}
        for draw in drawn:
            for i, j in zip(*np.nonzero(draw.new[place]), strict=True):
                name = f"{draw.kinds[i]} - {draw.kinds[j]}"
                by_types[name] = by_types.get(name, 0.0) + float(draw.new[place][i, j]) * 100 / size / len(drawn)
        found.append(
            Hop(
                hops=steps,
                of_rows=Spread.of(totals * 100 / size),
                of_edges=Spread.of([100 * total / max(draw.edges, 1) for total, draw in zip(totals, drawn, strict=True)]),
                by_types=dict(sorted(by_types.items())),
                only_by_false=sum(draw.only_by_false[place] for draw in drawn) / max(float(totals.sum()), 1.0),
            )
        )
    return Point(size, len(drawn), float(np.mean([draw.edges for draw in drawn])), tuple(found))
