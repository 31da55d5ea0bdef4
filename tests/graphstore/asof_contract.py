"""Questions as of a year, and what changed between two, against a fresh load of the papers until then."""

import datetime
import random

import pytest

from graphstore import Contribution, GraphBadQuery, GraphStore
from graphstore.measures import Measure
from processors.records import ChangeKind, Predicate
from tests.graphstore.documents import chain, document, relation
from tests.graphstore.measure_contract import filled
from tests.graphstore.oracle import Oracle
from tests.graphstore.sights import Sight


async def as_told(store: GraphStore, oracle: Oracle, year: int) -> None:
    """Every question as of the year gives what a graph of the papers until then gives."""
    sight = Sight(oracle, year)
    curies = sorted(oracle.graph()["entities"])
    for a in curies[:4]:
        near = await store.neighbours(a, as_of=year)
        wanted = {key: edge for key, edge in sight.edges.items() if a in key.split("|")}
        assert {n.edge.key for n in near} == wanted.keys()
        for n in near:
            edge, told = wanted[n.edge.key], n.edge
            assert (told.counts.papers, told.counts.negated, told.counts.speculated) == edge[:3]
            assert (told.first_year, told.last_year, told.probability) == (edge.first, edge.last, edge.probability)
            assert told.confidence == pytest.approx(edge.confidence)
            assert n.entity.degree == sight.degree[n.entity.id]
        for measure in (Measure.DAMPED_PAPERS, Measure.DEGREE_WEIGHTED, Measure.CONFIDENCE_PRODUCT):
            found = await store.discover_open(a, rank=measure, as_of=year, limit=200)
            assert {f.entity.id: f.score for f in found} == pytest.approx(sight.open(measure, a))
            for c in curies[4:]:
                ways = await store.discover_closed(a, c, rank=measure, as_of=year)
                assert {p.steps[0].target.id: p.score for p in ways} == pytest.approx(sight.closed(measure, a, c))
        for c in curies[4:6]:
            exact = sorted((score for hops in (1, 2, 3, 4) for score, _ in sight.roads.paths(a, c, hops)), reverse=True)
            paths = await store.paths(a, c, max_hops=4, as_of=year, limit=200)
            assert [path.score for path in paths] == pytest.approx(exact[:200])
            assert all(step.sentence and step.sentence.year and step.sentence.year <= year for path in paths for step in path.steps)
            short = await store.paths(a, c, max_hops=4, as_of=year, shortest=True)
            assert {len(path.steps) for path in short} == set([n for n in (1, 2, 3, 4) if any(sight.roads.paths(a, c, n))][:1])
    network = await store.network(as_of=year)
    assert len(network.edges) == len(sight.roads.papers) / 2


class AsOfContract:
    """Questions as of a year, and what changed between two."""

    @pytest.mark.parametrize("year", [1990, 2005])
    async def test_as_of_is_a_fresh_load_of_the_papers_until_then(self, store: GraphStore, year: int) -> None:
        await as_told(store, await filled(store, year), year)

    async def test_of_many_edges_as_few_are_recounted_as_are_shown(self, store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
        oracle = await filled(store, 9)
        curies = sorted(oracle.graph()["entities"])
        wanted = {a: await store.neighbours(a, as_of=2005) for a in curies}
        monkeypatch.setattr("graphstore.questions.RECOUNTED", 2)
        for a in curies:
            for limit in (1, 2, 5):
                found = await store.neighbours(a, as_of=2005, limit=limit)
                assert (found, found.bounded) == (wanted[a][:limit], len(wanted[a]) > limit)

    async def test_the_best_evidence_is_of_its_time(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b", probability=0.6), relation("b", "c"), year=1990),
                document(2, 2, relation("a", "b", probability=0.9), relation("a", "c", negated=True), year=2010),
                document(3, 3, relation("a", "b", probability=0.95), year=None),
            ]
        )
        (now,) = await store.paths("test:a", "test:b", max_hops=1)
        (then,) = await store.paths("test:a", "test:b", max_hops=1, as_of=1990)
        assert [path.steps[0].sentence.document for path in (now, then) if path.steps[0].sentence] == ["pubmed:3", "pubmed:1"]
        assert [path.steps[0].edge.counts.papers for path in (now, then)] == [3, 1]
        assert await store.discover_open("test:a") == []
        assert [f.entity.id for f in await store.discover_open("test:a", as_of=2009)] == ["test:c"]

    async def test_before_any_paper_and_in_the_future(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc", year=1990), chain(2, 2, "cd", year=None)])
        for found in (
            await store.neighbours("test:a", as_of=1989),
            await store.discover_open("test:a", as_of=1989),
            await store.discover_closed("test:a", "test:c", as_of=1989),
            await store.paths("test:a", "test:c", as_of=1989),
        ):
            assert found == []
            assert "by the end of 1989; the first one is of 1990" in found.notes[0]
            assert not found.bounded
        assert "no paper of a known year relates test:d" in (await store.neighbours("test:d", as_of=1989)).notes[0]
        with pytest.raises(GraphBadQuery, match="in the future"):
            await store.neighbours("test:a", as_of=datetime.datetime.now(datetime.UTC).year + 2)
        with pytest.raises(GraphBadQuery, match="as_of is 5"):
            await store.neighbours("test:a", as_of=5)

    async def test_changes(self, store: GraphStore) -> None:
        log: list[Contribution] = [
            document(1, 1, relation("a", "b"), relation("a", "c"), relation("a", "f"), year=1990),
            document(2, 2, relation("a", "b"), relation("d", "e"), year=2000),
            document(3, 3, relation("a", "c", negated=True), year=2001),
            document(4, 4, relation("a", "b", Predicate.BIND), relation("a", "b"), year=2020),
            document(5, 5, relation("a", "g"), relation("a", "b"), year=1985),
            document(6, 6, retracts=(5,), year=1999),
        ]
        await store.apply(log)

        async def told(*args: int, **rest: str) -> list[tuple[str, str, int, int]]:
            found = await store.changes(*args, **rest)  # type: ignore[arg-type]
            return [(d.kind.value, f"{d.subject.id[-1]}{d.object.id[-1]}", d.before.papers, d.edge.counts.papers) for d in found]

        assert await told(1995, 2010) == [("appeared", "de", 0, 1), ("vanished", "ag", 1, 0), ("weakened", "ac", 1, 1)]
        assert await told(1995, 1996) == []
        assert await told(1980, 1998, curie="test:g") == [("appeared", "ag", 0, 1)]
        assert await told(1980, 2005, curie="test:g") == []
        assert await told(1999, 2005, curie="test:a") == [("strengthened", "ab", 1, 2), ("weakened", "ac", 1, 1)]
        (one,) = await store.changes(2001, 2025, predicate=Predicate.BIND)
        assert (one.kind, one.edge.key, one.retracted) == (ChangeKind.APPEARED, "test:a|Bind|test:b", 0)
        (gone,) = await store.changes(1995, 2010, curie="test:g")
        assert (gone.kind, gone.retracted, gone.edge.confidence, gone.edge.first_year) == (ChangeKind.VANISHED, 1, 0, None)
        assert (await store.changes(1995, 2010, limit=1)).bounded
        with pytest.raises(GraphBadQuery, match="2010 is not before 1995"):
            await store.changes(2010, 1995)

    async def test_changes_against_two_loads(self, store: GraphStore) -> None:
        """Where no notice takes a paper away: whatever differs between the graphs of both years, and nothing else."""
        rng = random.Random(3)
        log = [
            document(
                n,
                n,
                *(relation(*rng.sample("abcdef", 2), negated=rng.random() < 0.2) for _ in range(3)),
                year=rng.choice((None, 1990, 2000, 2010)),
                retracted=rng.random() < 0.1,
            )
            for n in range(40)
        ]
        oracle = Oracle()
        oracle.apply(log)
        await store.apply(log)
        for since, until in ((1990, 2000), (1995, 2015), (1980, 1999)):
            before, after = (Sight(oracle, year, min_papers=0).edges for year in (since, until))
            wanted = {key for key in after if before.get(key, ())[:3] != after[key][:3]}
            found = await store.changes(since, until, min_papers=0)
            assert {d.edge.key for d in found} == wanted
            assert all(d.edge.counts.papers == after[d.edge.key].papers for d in found)
