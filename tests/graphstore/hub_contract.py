"""The questions and the writing on a graph with hubs, against brute force; and limits of time.

Some plans, and some mistakes of an engine, only appear where there is more than a handful of edges.
"""

import random
from itertools import pairwise

import pytest

from graphstore import Contribution, GraphStore, GraphTimeout
from graphstore.contribution import Polarity
from graphstore.measures import Measure
from graphstore.steps import Steps, ask
from tests.graphstore.documents import document, relation, tombstone
from tests.graphstore.oracle import Oracle, Roads, held

DOCUMENTS = 240


def documents(seed: int, *, first: int = 0) -> list[Contribution]:
    """Documents over a thousand entities, few of which most documents name; a fifth of what they state is negated."""
    rng = random.Random(seed)
    found = []
    for number in range(DOCUMENTS):
        ends = [(f"n{min(int(rng.paretovariate(0.6)), 1000)}", f"n{min(int(rng.paretovariate(0.6)), 1000)}") for _ in range(8)]
        stated = [relation(a, b, negated=rng.random() < 0.2, probability=rng.choice((0.5, 0.9))) for a, b in ends if a != b]
        found.append(document(number, first + number, *stated, year=rng.randrange(1990, 2020)))
    return found


async def load(store: GraphStore, batch: list[Contribution]) -> None:
    for start in range(0, len(batch), 64):
        await store.apply(batch[start : start + 64], outbox=False)


def endless() -> Steps[None]:
    """Queries that are quick each, and never come to an end."""
    while True:
        yield from ask("count_entities")


class HubContract:
    """What must hold on hubs too."""

    async def test_closed_discovery_between_hubs_is_what_brute_force_finds(self, store: GraphStore) -> None:
        oracle = Oracle()
        oracle.apply(documents(3))
        await load(store, documents(3))
        roads = Roads(oracle.graph())
        hubs = sorted(roads.degree, key=lambda curie: (-roads.degree[curie], curie))[:8]
        for place, a in enumerate(hubs):
            for c in hubs[place + 1 :]:
                expected = {way: score for score, way in roads.paths(a, c, 2)}
                found = await store.discover_closed(a, c, limit=200)
                assert {(a, path.steps[0].target.id, c): path.score for path in found} == pytest.approx(expected)

    async def test_a_hubs_strongest_edges_are_asked_first_and_change_no_answer(
        self, store: GraphStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await load(store, documents(6))
        hubs = [entity.id for entity in await store.find("n", limit=6)]

        async def answers(limit: int) -> list[object]:
            found: list[object] = []
            for a, c in pairwise(hubs):
                found += await store.neighbours(a, limit=limit), await store.neighbours(a, limit=limit, polarity=Polarity.NEGATED)
                for rank in (Measure.DAMPED_PAPERS, Measure.PATH_COUNT):
                    found += await store.discover_closed(a, c, rank=rank, limit=limit), await store.discover_open(a, rank=rank, fan=limit)
                found += [await store.discover_closed(a, c, limit=limit, damping=0.0), await store.paths(a, c, max_hops=3, limit=limit)]
            return found

        for limit in (1, 3, 40):
            wanted = await answers(limit)
            with monkeypatch.context() as patched:
                patched.setattr("graphstore.lens.HUB", 0)
                patched.setattr("graphstore.routes.CROWDED", 0)
                assert await answers(limit) == wanted

    async def test_how_edges_are_looked_up_and_recounted_changes_no_answer(
        self, store: GraphStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the edges of either side or by keys; all at once as of a year, or a few until the best are sure."""
        await load(store, documents(7))
        hubs = [entity.id for entity in await store.find("n", limit=5)]

        async def answers(as_of: int | None) -> list[object]:
            found: list[object] = []
            for a, c in pairwise(hubs):
                ranks = (Measure.DAMPED_PAPERS, Measure.AVERAGE_MINIMUM_WEIGHT, Measure.PATH_COUNT)
                found += [await store.discover_closed(a, c, rank=rank, limit=3, as_of=as_of) for rank in ranks]
                found += await store.discover_open(a, fan=6, as_of=as_of), await store.neighbours(a, limit=5, as_of=as_of)
                found.append(await store.paths(a, c, max_hops=4, limit=5, as_of=as_of))
            return found

        for as_of in (None, 2005):
            wanted = await answers(as_of)
            assert all(isinstance(answer, list) and answer for answer in wanted)
            for dearer, at_once in ((0, 4), (10**9, 4)):
                with monkeypatch.context() as patched:
                    patched.setattr("graphstore.routes.DEARER", dearer)
                    patched.setattr("graphstore.routes.AT_ONCE", at_once)
                    patched.setattr("graphstore.discovery.AT_ONCE", at_once)
                    assert await answers(as_of) == wanted

    async def test_hubs_documents_are_replaced_and_taken_back(self, store: GraphStore) -> None:
        half = DOCUMENTS // 2
        gone = [tombstone(number, 2000 + number) for number in range(half, half + 40)]
        oracle = Oracle()
        for batch in (documents(4), documents(5, first=1000)[:half], gone):
            oracle.apply(batch)
            await load(store, batch)
        assert held(await store.snapshot(markers=True)) == oracle.graph()

    @pytest.mark.parametrize("write", [False, True])
    async def test_no_transaction_runs_past_its_limit(self, store: GraphStore, write: bool) -> None:
        store._limits[write] = 0.3  # type: ignore[attr-defined]  # both engines have it
        with pytest.raises(GraphTimeout, match="time limit"):
            await store._run(endless, write=write)
        store._limits[write] = 30.0  # type: ignore[attr-defined]
        assert (await store.stats()).entities == 0
