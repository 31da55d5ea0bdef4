"""Growth against a reference of a few lines, and on graphs that can be counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.growth import Rows, Spread, Stated, grow, sizes

NAMES = st.sampled_from([f"t{n}" for n in range(8)]), st.sampled_from([f"d{n}" for n in range(6)])
ROWS = st.lists(st.tuples(*NAMES, st.booleans()), min_size=1, max_size=40)


def stated(rows) -> Rows:
    return Rows.of(Stated(a, "target", b, "disease", false) for a, b, false in rows)


def new_pairs(edges: set[frozenset[str]], hops: int) -> set[frozenset[str]]:
    """All pairs joined within so many steps and by no edge."""
    reached = {node: {node} for edge in edges for node in edge}
    for _ in range(hops):
        reached = {node: seen | {other for edge in edges if edge & seen for other in edge} for node, seen in reached.items()}
    return {frozenset((a, b)) for a, seen in reached.items() for b in seen if a != b} - edges


@given(ROWS)
def test_all_rows_give_what_the_reference_gives(rows) -> None:
    (point,) = grow(stated(rows), [len(rows)], draws=3, seed=1)
    every = {frozenset((a, b)) for a, b, _ in rows}
    true = {frozenset((a, b)) for a, b, false in rows if not false}
    assert (point.draws, point.edges) == (1, len(every))
    for hop in point.hops:
        wanted = new_pairs(every, hop.hops)
        assert hop.of_rows.mean == pytest.approx(100 * len(wanted) / len(rows))
        assert hop.of_edges.mean == pytest.approx(100 * len(wanted) / len(every))
        assert sum(hop.by_types.values()) == pytest.approx(hop.of_rows.mean)
        lost = wanted - new_pairs(true, hop.hops) - true
        assert hop.only_by_false == pytest.approx(len(lost) / max(len(wanted), 1))


@given(ROWS)
def test_even_steps_join_like_with_like(rows) -> None:
    (point,) = grow(stated(rows), [len(rows)], draws=1, seed=1)
    two, three, four = point.hops
    assert "disease - target" not in two.by_types
    assert three.by_types.get("disease - target", 0) == pytest.approx(four.by_types.get("disease - target", 0))


def test_a_path_is_counted_by_hand() -> None:
    """a - x - b - y: a-b and x-y within two steps, a-y within three; without the false row x - b nothing is new."""
    rows = [("a", "x", False), ("b", "x", True), ("b", "y", False)]
    (point,) = grow(stated(rows), [3], draws=1, seed=1)
    two, three, four = (round(hop.of_rows.mean * 3 / 100) for hop in point.hops)
    assert (two, three, four) == (2, 3, 3)
    assert [hop.only_by_false for hop in point.hops] == [1, 1, 1]


def test_draws_are_seeded_and_spread() -> None:
    rows = stated([(f"t{n % 9}", f"d{n % 7}", False) for n in range(60)])
    one, again, other = (grow(rows, [20], draws=30, seed=seed) for seed in (1, 1, 2))
    assert one == again != other
    assert one[0].hops[0].of_rows.sd > 0
    assert one[0].hops[0].of_rows.low < one[0].hops[0].of_rows.high


def test_each_draw_is_told() -> None:
    told: list[int] = []
    grow(stated([("t", "d", False), ("u", "d", False)]), [1, 2], draws=3, seed=1, advance=told.append)
    assert told == [1, 2, 3, 1]


def test_sizes_are_tenths() -> None:
    assert sizes(355, 10) == [35, 71, 106, 142, 177, 213, 248, 284, 319, 355]
    with pytest.raises(ValueError, match="3 rows cannot be taken in 4 steps"):
        sizes(3, 4)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="2 of 1 rows"):
        grow(stated([("t", "d", False)]), [2], draws=1, seed=1)
    with pytest.raises(ValueError, match="no draw"):
        Spread.of([])
