"""Every measure and every filter of the questions, against brute force, and what bounded answers say."""

import random
from typing import Any

import pytest

from graphstore import GraphBadQuery, GraphStore
from graphstore.measures import Measure
from processors.records import EntityType, Predicate
from tests.graphstore.documents import chain, document, random_contribution, relation
from tests.graphstore.oracle import Oracle
from tests.graphstore.sights import Sight

SEEINGS: list[dict[str, Any]] = [
    {},
    {"min_papers": 2},
    {"predicate": Predicate.BIND},
    {"min_confidence": 0.7},
    {"first": (1990, 2004)},
    {"last": (2005, None)},
    {"first": (None, 2005), "last": (1991, 2020), "min_confidence": 0.5},
]


async def filled(store: GraphStore, seed: int, *, letters: str = "abcdefgh") -> Oracle:
    rng = random.Random(seed)
    log = [random_contribution(rng, documents=30, letters=letters) for _ in range(60)]
    oracle = Oracle()
    oracle.apply(log)
    await store.apply(log)
    return oracle


class MeasureContract:
    """Every measure and every filter, against brute force."""

    @pytest.mark.parametrize("measure", Measure)
    async def test_every_measure(self, store: GraphStore, measure: Measure) -> None:
        sight = Sight(await filled(store, 4))
        for damping in (None, 1.5):
            for a in sorted(sight.degree)[:4]:
                found = await store.discover_open(a, rank=measure, damping=damping, limit=200)
                assert {f.entity.id: f.score for f in found} == pytest.approx(sight.open(measure, a, damping))
                assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
                for c in sorted(sight.degree)[4:]:
                    ways = await store.discover_closed(a, c, rank=measure, damping=damping)
                    assert {p.steps[0].target.id: p.score for p in ways} == pytest.approx(sight.closed(measure, a, c, damping))
                    assert [p.score for p in ways] == sorted((p.score for p in ways), reverse=True)

    @pytest.mark.parametrize("measure", Measure)
    async def test_a_limit_leaves_the_best(self, store: GraphStore, measure: Measure) -> None:
        """The database's ranking is the measure's."""
        rng = random.Random(5)
        log = [
            document(n, n, *(relation(f"e{rng.randrange(60)}", f"f{rng.randrange(60)}", probability=rng.random()) for _ in range(8)))
            for n in range(60)
        ]
        oracle = Oracle()
        oracle.apply(log)
        await store.apply(log)
        sight = Sight(oracle)
        for a in ("test:e1", "test:f2"):
            wanted = sorted(sight.open(measure, a).values(), reverse=True)
            found = await store.discover_open(a, rank=measure, limit=5, fan=500)
            assert [f.score for f in found] == pytest.approx(wanted[:5], rel=1e-5)
            assert found.bounded is (len(wanted) > 5)
        ends = max(((a, c) for a in sight.degree for c in sight.degree if a < c), key=lambda pair: len(sight.middles(*pair)))
        wanted = sorted(sight.closed(measure, *ends).values(), reverse=True)
        assert len(wanted) > 3
        ways = await store.discover_closed(*ends, rank=measure, limit=3)
        assert [p.score for p in ways] == pytest.approx(wanted[:3])
        assert ways.bounded

    @pytest.mark.parametrize("seeing", SEEINGS)
    async def test_every_filter(self, store: GraphStore, seeing: dict[str, Any]) -> None:
        sight = Sight(await filled(store, 6), **seeing)
        for a in sorted(sight.degree)[:3]:
            near = await store.neighbours(a, **seeing)
            assert {n.edge.key for n in near} == {key for key in sight.edges if a in key.split("|")}
            found = await store.discover_open(a, limit=200, **seeing)
            assert {f.entity.id: f.score for f in found} == pytest.approx(sight.open(Measure.DAMPED_PAPERS, a))
            for c in sorted(sight.degree)[3:6]:
                ways = await store.discover_closed(a, c, **seeing)
                assert {p.steps[0].target.id: p.score for p in ways} == pytest.approx(sight.closed(Measure.DAMPED_PAPERS, a, c))
                exact = sorted((score for hops in (1, 2, 3, 4) for score, _ in sight.roads.paths(a, c, hops)), reverse=True)
                paths = await store.paths(a, c, max_hops=4, limit=200, **seeing)
                assert [p.score for p in paths] == pytest.approx(exact[:200])
                assert {step.edge.key for path in paths for step in path.steps} <= sight.edges.keys()
                short = await store.paths(a, c, max_hops=4, shortest=True, limit=200, **seeing)
                hops = [len(names) - 1 for n in (1, 2, 3, 4) for _, names in sight.roads.paths(a, c, n)]
                assert {len(path.steps) for path in short} == ({min(hops)} if hops else set())
                assert len(short) == min(200, hops.count(min(hops, default=0)))

    async def test_the_shortest_path_is_found_where_no_good_neighbour_leads(self, store: GraphStore) -> None:
        """Past the best neighbours of both ends, of which there are more than a search follows."""
        strong = [step for end in "ac" for n in range(60) for step in (relation(end, f"{end}{n}"), relation(f"{end}{n}", f"{end}{n}on"))]
        weak = [document(9, 9, relation("a", "x"), relation("x", "y"), relation("y", "c"), *(relation("x", f"z{n}") for n in range(40)))]
        await store.apply([document(1, 1, *strong), document(2, 2, *strong), *weak])
        assert await store.paths("test:a", "test:c", max_hops=4) == []
        (path,) = await store.paths("test:a", "test:c", max_hops=4, shortest=True)
        assert [step.target.id for step in path.steps] == ["test:x", "test:y", "test:c"]
        assert path.score == pytest.approx(1 / (42 * 2) ** 0.5)
        assert await store.paths("test:a", "test:c", max_hops=2, shortest=True) == []
        assert await store.paths("test:a", "test:c", max_hops=4, shortest=True, min_papers=2) == []

    async def test_answers_say_that_they_are_bounded(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc"), chain(2, 2, "adc"), chain(3, 3, "ade")])
        all_, some = await store.neighbours("test:a"), await store.neighbours("test:a", limit=1)
        assert (all_.bounded, all_.notes) == (False, ())
        assert some.bounded
        assert "test:a has 2" in some.notes[0]
        assert not (await store.discover_open("test:a")).bounded
        assert "only the 1 best neighbours of test:a" in (await store.discover_open("test:a", fan=1)).notes[0]
        assert "1 best of more findings" in (await store.discover_open("test:a", limit=1)).notes[0]
        assert (await store.discover_closed("test:a", "test:c", limit=1)).bounded
        assert (await store.paths("test:a", "test:c", limit=1)).bounded
        assert not (await store.paths("test:a", "test:c")).bounded

    async def test_a_hub_without_bounds(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, *(step for n in range(120) for step in (relation("h", f"x{n}"), relation(f"x{n}", "k"))))])
        near = await store.neighbours("test:h")
        assert len(near) == 50
        assert near.bounded
        found = await store.discover_open("test:h")
        assert found.bounded
        assert any("50 best neighbours of test:h" in note for note in found.notes)

    @pytest.mark.parametrize(
        ("seeing", "told"),
        [
            ({"min_confidence": 1.2}, "min_confidence is 1.2"),
            ({"min_confidence": float("nan")}, "min_confidence is nan"),
            ({"first": (2000, 1990)}, "first is no range of years"),
            ({"last": (-4, None)}, "last is no range of years"),
            ({"damping": -1.0}, "damping exponent"),
            ({"damping": float("nan")}, "damping exponent"),
            ({"min_papers": 10**12}, "min_papers is 1000000000000"),
        ],
    )
    async def test_bounds_are_told(self, store: GraphStore, seeing: dict[str, Any], told: str) -> None:
        await store.apply([chain(1, 1, "abc")])
        with pytest.raises(GraphBadQuery, match=told):
            await store.discover_closed("test:a", "test:c", **seeing)

    async def test_a_misspelt_restriction_restricts_nothing_silently(self, store: GraphStore) -> None:
        with pytest.raises(TypeError, match="min_paper"):
            await store.neighbours("test:a", min_paper=3)  # type: ignore[call-arg]

    async def test_types_and_measures_together(self, store: GraphStore) -> None:
        oracle = await filled(store, 9)
        sight = Sight(oracle)
        a = min(sight.degree)
        for kind in sorted(set(sight.kind.values())):
            found = await store.discover_open(a, type=EntityType(kind), rank=Measure.ADAMIC_ADAR)
            assert {f.entity.id for f in found} == {c for c in sight.open(Measure.ADAMIC_ADAR, a) if sight.kind[c] == kind}

    async def test_the_network_is_the_graph(self, store: GraphStore) -> None:
        sight = Sight(await filled(store, 10))
        network = await store.network()
        pairs = {(network.ids[a], network.ids[b]): w for (a, b), w in zip(network.edges, network.weights, strict=True)}
        assert pairs == {pair: papers for pair, papers in sight.roads.papers.items() if pair[0] < pair[1]}
        assert all(network.types[network.place[curie]] == sight.kind[curie] for pair in pairs for curie in pair)
        with pytest.raises(GraphBadQuery, match="joins more than 3 pairs"):
            await store.network(most=3)

    async def test_chances(self, store: GraphStore) -> None:
        """A clique around A and C on a ring of others: more joins the two than their degrees explain."""
        rng = random.Random(1)
        ring = [document(n, n, relation(f"a{n}", f"a{(n + 1) % 60}"), relation(f"a{n}", f"a{rng.randrange(60)}")) for n in range(60)]
        clique = [chain(100 + n, 100 + n, ["a", f"ab{n}", "ac"]) for n in range(5)]
        await store.apply([*ring, *clique, chain(200, 200, ["a", "a1", "a2"])])
        found = await store.chances("test:a", permutations=60, rank=Measure.LINKING_TERMS)
        assert (found["test:ac"].score, found["test:ac"].candidates) == (5, len(found))
        assert found["test:ac"].p == pytest.approx(1 / 61)
        assert found["test:ac"].expected < 1
        assert found["test:ac"].q == pytest.approx(len(found) / 61)
        assert found["test:a2"].p > 0.05
        assert found == await store.chances("test:a", permutations=60, rank=Measure.LINKING_TERMS)
        (one,) = (await store.chances("test:a", "test:ac", permutations=20, rank=Measure.LINKING_TERMS)).values()
        assert (one.score, one.q, one.candidates) == (5, None, 1)
        with pytest.raises(GraphBadQuery, match="permutations is 0"):
            await store.chances("test:a", permutations=0)
