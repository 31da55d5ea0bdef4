"""The questions, against known answers and against brute force."""

import random

import pytest

from graphstore import GraphBadQuery, GraphStore, GraphUnknownEntity
from graphstore.answers import Path
from graphstore.contribution import Polarity
from graphstore.lens import Lens
from graphstore.steps import ask
from processors.records import Cue, CueKind, EntityType, Predicate
from tests.graphstore.documents import chain, document, random_contribution, relation, tombstone
from tests.graphstore.oracle import Oracle, Roads, held


def short(names: tuple[str, ...]) -> str:
    return "-".join(name.removeprefix("test:") for name in names)


def way(path: Path) -> str:
    """a-b-c for a path through test:a, test:b, test:c; fails where its steps do not join."""
    letters = [path.steps[0].source.id]
    for step in path.steps:
        assert step.source.id == letters[-1]
        assert {step.edge.subject, step.edge.object} == {step.source.id, step.target.id}
        letters.append(step.target.id)
    return "-".join(letter.removeprefix("test:") for letter in letters)


class QuestionContract:
    """The questions, against known answers and against brute force."""

    async def test_neighbours(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab"), chain(2, 2, "ab"), document(3, 3, relation("a", "c"), relation("b", "a", Predicate.BIND))])
        found = [(n.entity.id, n.edge.predicate.value, n.edge.counts.papers) for n in await store.neighbours("test:a")]
        assert found == [("test:b", "Association", 2), ("test:b", "Bind", 1), ("test:c", "Association", 1)]
        assert [n.entity.id for n in await store.neighbours("test:a", min_papers=2)] == ["test:b"]
        assert [n.entity.id for n in await store.neighbours("test:a", predicate=Predicate.BIND)] == ["test:b"]
        assert len(await store.neighbours("test:a", limit=1)) == 1
        assert [(n.edge.subject, n.edge.object) for n in await store.neighbours("test:c")] == [("test:a", "test:c")]

    async def test_neighbours_by_type(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, relation("a", "b"), relation("a", "c"))])
        kinds = {n.entity.id: n.entity.type for n in await store.neighbours("test:a")}
        for curie, kind in kinds.items():
            assert [n.entity.id for n in await store.neighbours("test:a", type=EntityType(kind))] == [curie]

    async def test_evidence(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("b", "a", place=40, probability=0.7, speculated=True, negated=False), year=1999),
                document(2, 2, relation("a", "b", Predicate.BIND), year=None),
            ]
        )
        bound, speculated = await store.evidence("test:b", "test:a")
        assert (bound.predicate, bound.document, bound.year, bound.negated, bound.speculated) == (
            Predicate.BIND,
            "pubmed:2",
            None,
            None,
            None,
        )
        assert speculated.text == "b with a"
        assert (speculated.span.start, speculated.span.end) == (40, 48)
        assert (speculated.subject.start, speculated.subject.end) == (47, 48)  # the edge's subject is a
        assert (speculated.object.start, speculated.object.end) == (40, 41)
        assert (speculated.title, speculated.year, speculated.model, speculated.vocabulary) == ("Title 1", 1999, "mini@1", "words@1")
        assert (speculated.polarity, speculated.negated, speculated.speculated) == ("speculated", False, True)
        assert speculated.probability == 0.7
        assert [s.predicate for s in await store.evidence("test:a", "test:b", Predicate.BIND)] == [Predicate.BIND]
        assert len(await store.evidence("test:a", "test:b", limit=1)) == 1

    async def test_polarities_are_filtered_apart(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b"), relation("a", "c", negated=True, cues=(("negation", 2, 6),))),
                document(2, 2, relation("a", "c", negated=True, speculated=True), relation("a", "b", speculated=True)),
                document(3, 3, relation("a", "d", negated=True), retracted=True),
                document(4, 4, relation("a", "b", negated=True), relation("a", "e", speculated=True)),
            ]
        )

        async def near(polarity: Polarity | None, min_papers: int) -> str:
            return "".join(n.entity.id[-1] for n in await store.neighbours("test:a", polarity=polarity, min_papers=min_papers))

        assert await near(Polarity.POSITIVE, 1) == "b"
        assert await near(Polarity.NEGATED, 0) == "cb"  # the most negated papers first; d's only one is retracted
        assert await near(Polarity.NEGATED, 1) == "b"  # disputed: stated and negated
        assert await near(Polarity.SPECULATED, 0) == "be"
        assert await near(None, 0) == "bcde"
        said = {p: [s.document for s in await store.evidence("test:a", "test:b", polarity=p)] for p in (*Polarity, None)}
        assert said == {
            Polarity.POSITIVE: ["pubmed:1"],
            Polarity.SPECULATED: ["pubmed:2"],
            Polarity.NEGATED: ["pubmed:4"],
            None: ["pubmed:1", "pubmed:2", "pubmed:4"],
        }
        cues = {s.document: s.cues for s in await store.evidence("test:a", "test:c")}
        assert cues == {"pubmed:1": (Cue(kind=CueKind.NEGATION, start=2, end=6),), "pubmed:2": ()}

    async def test_closed(self, store: GraphStore) -> None:
        await store.apply(
            [chain(1, 1, "abc"), chain(2, 2, "abc"), chain(3, 3, "adc"), document(4, 4, relation("d", "e"), relation("d", "f"))]
        )
        found = await store.discover_closed("test:a", "test:c")
        assert [way(path) for path in found] == ["a-b-c", "a-d-c"]
        assert [path.score for path in found] == [pytest.approx(2 / 2**0.5), pytest.approx(1 / 4**0.5)]
        assert [step.sentence.text for step in found[0].steps if step.sentence] == ["a with b", "b with c"]
        assert [way(p) for p in await store.discover_closed("test:a", "test:c", min_papers=2)] == ["a-b-c"]
        middle = EntityType((await store.resolve("d")).type)
        assert [way(p) for p in await store.discover_closed("test:a", "test:c", type=middle)] == ["a-d-c"]

    async def test_open_never_names_what_is_written_already(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc"), chain(2, 2, "abd"), document(3, 3, relation("a", "d", speculated=True))])
        assert [f.entity.id for f in await store.discover_open("test:a")] == ["test:c"]
        await store.apply([document(3, 4, relation("a", "d"), retracted=True)])
        assert [f.entity.id for f in await store.discover_open("test:a")] == ["test:c", "test:d"]

    async def test_open_shows_the_sentences_behind_it(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc"), chain(2, 2, "adc"), chain(3, 3, "ae")])
        (finding,) = await store.discover_open("test:a")
        assert (finding.entity.id, finding.links) == ("test:c", 2)
        assert sorted(way(path) for path in finding.paths) == ["a-b-c", "a-d-c"]
        assert [step.sentence.document for step in finding.paths[0].steps if step.sentence] == ["pubmed:1", "pubmed:1"]

    async def test_hubs_are_damped(self, store: GraphStore) -> None:
        hub = document(1, 1, *(relation("h", f"x{n}") for n in range(30)))
        await store.apply([hub, chain(2, 2, "ahc"), chain(3, 3, "ahc"), chain(4, 4, "abd")])
        assert [f.entity.id for f in await store.discover_open("test:a")][:2] == ["test:d", "test:c"]

    async def test_open_is_bounded_by_its_fan(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc"), chain(2, 2, "abc"), chain(3, 3, "ade")])
        assert [f.entity.id for f in await store.discover_open("test:a", fan=1)] == ["test:c"]
        assert len(await store.discover_open("test:a", limit=1)) == 1

    async def test_paths_of_each_length(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abcde")])
        for hops, end in enumerate("bcde", start=1):
            found = await store.paths("test:a", f"test:{end}", max_hops=4)
            assert [way(path) for path in found] == ["-".join("abcde"[: hops + 1])]
            assert all(step.sentence for step in found[0].steps)
            if hops > 1:
                assert await store.paths("test:a", f"test:{end}", max_hops=hops - 1) == []

    async def test_paths_pass_nothing_twice(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc"), document(2, 2, relation("a", "b", Predicate.BIND))])
        assert [way(path) for path in await store.paths("test:a", "test:b", max_hops=4)] == ["a-b"]
        assert [way(path) for path in await store.paths("test:a", "test:c", max_hops=4)] == ["a-b-c"]

    async def test_paths_take_the_strongest_of_parallel_edges(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b")),
                document(2, 2, relation("a", "b", Predicate.BIND)),
                document(3, 3, relation("b", "a", Predicate.BIND)),
            ]
        )
        (path,) = await store.paths("test:a", "test:b")
        assert (path.steps[0].edge.predicate, path.score) == (Predicate.BIND, 2.0)

    async def test_negated_retracted_and_speculated_edges_carry_no_path(self, store: GraphStore) -> None:
        await store.apply(
            [document(1, 1, relation("a", "b", negated=True), relation("b", "c", speculated=True)), chain(2, 2, "acd", retracted=True)]
        )
        assert await store.paths("test:a", "test:d", max_hops=4) == []
        assert await store.discover_open("test:a") == []

    @pytest.mark.parametrize("seed", range(3))
    async def test_questions_against_brute_force(self, store: GraphStore, seed: int) -> None:
        rng = random.Random(seed)
        log = [random_contribution(rng, documents=20, letters="abcdefg") for _ in range(40)]
        oracle = Oracle()
        oracle.apply(log)
        await store.apply(log)
        roads = Roads(oracle.graph())
        curies = sorted(roads.degree)
        for a in curies[:3]:
            found = {f.entity.id: (f.score, f.links) for f in await store.discover_open(a, limit=200)}
            wanted = roads.open(a)
            assert found.keys() == wanted.keys()
            for curie, (score, links) in wanted.items():
                assert found[curie] == (pytest.approx(score, abs=1e-4), links)
            for c in curies[3:6]:
                closed = {way(path): path.score for path in await store.discover_closed(a, c)}
                assert closed == {short(names): pytest.approx(score) for score, names in roads.paths(a, c, 2)}
                longest = [(score, names) for hops in (1, 2, 3, 4) for score, names in roads.paths(a, c, hops)]
                got = await store.paths(a, c, max_hops=4, limit=200)
                assert sorted(way(path) for path in got) == sorted(short(names) for _, names in longest)
                assert [path.score for path in got] == pytest.approx(sorted((score for score, _ in longest), reverse=True))

    async def test_questions_on_a_larger_graph(self, store: GraphStore) -> None:
        """Engines plan by the size of what is stored: the same questions on some thousand edges."""
        rng = random.Random(8)
        log = [
            document(n, n, *(relation(f"e{rng.randrange(300)}", f"f{rng.randrange(300)}", rng.choice(list(Predicate))) for _ in range(10)))
            for n in range(320)
        ]
        oracle = Oracle()
        oracle.apply(log)
        for start in range(0, len(log), 64):
            await store.apply(log[start : start + 64])
        assert held(await store.snapshot(markers=True)) == oracle.graph()
        roads = Roads(oracle.graph())
        for a, c in (("test:e1", "test:e2"), ("test:f7", "test:e9"), ("test:e5", "test:f5")):
            assert len(await store.neighbours(a, limit=500)) == roads.degree[a]
            found = {f.entity.id: (f.score, f.links) for f in await store.discover_open(a, limit=200)}
            wanted = sorted(roads.open(a).items(), key=lambda item: -item[1][0])
            assert [score for score, _ in found.values()] == pytest.approx([score for _, (score, _) in wanted[:200]], abs=1e-4)
            closed = {way(path): path.score for path in await store.discover_closed(a, c)}
            assert closed == {short(names): pytest.approx(score) for score, names in roads.paths(a, c, 2)}
            exact = sorted(((score, short(names)) for hops in (1, 2, 3) for score, names in roads.paths(a, c, hops)), reverse=True)
            got = await store.paths(a, c, max_hops=3, limit=50)
            assert [path.score for path in got] == pytest.approx([score for score, _ in exact[:50]])
            far = await store.paths(a, c, max_hops=4, limit=50)
            assert far[0].score == pytest.approx(max(score for hops in (1, 2, 3, 4) for score, _ in roads.paths(a, c, hops)))
            assert {way(path) for path in far} <= {short(names) for hops in (1, 2, 3, 4) for _, names in roads.paths(a, c, hops)}
            assert all(step.sentence for path in far for step in path.steps)
        await store.apply([tombstone(n, 1000 + n) for n in range(0, 320, 2)])
        oracle.apply([tombstone(n, 1000 + n) for n in range(0, 320, 2)])
        assert held(await store.snapshot(markers=True)) == oracle.graph()

    async def test_scores_may_be_large(self, store: GraphStore) -> None:
        """The first of the links decides nothing about the width of the numbers."""
        await store.apply([chain(n, n, "abc") for n in range(300)] + [chain(300, 300, "xy")])
        for papers, weight in ((1, 1), (200, 200), (30_000, 1_000), (100_000, 1_000_000)):
            seen = Lens().parameters
            links = [{"curie": "test:b", "papers": papers, "factor": weight}]
            given = {"curie": "test:a", "curies": ["test:b"], "links": links, "type": "", "limit": 5, **seen, **Lens().known}
            given |= {"rank": "damped_papers", "damping": 0.5}
            (row,) = await store._run(lambda given=given: ask("beyond", **given), write=False)
            assert row["score"] == min(papers, 300) * weight
            sides = [{"side": side, "curie": curie, "papers": papers, "factor": weight} for side, curie in enumerate(("test:a", "test:c"))]
            given = {"a": "test:x", "c": "test:y", "curies": ["test:a", "test:c"], "sides": sides, "limit": 5, **seen}
            assert [row["curie"] for row in await store._run(lambda given=given: ask("meeting", **given), write=False)] == ["test:b"]

    async def test_paths_between_hubs_are_bounded(self, store: GraphStore) -> None:
        rng = random.Random(3)
        spokes = [f"x{n}" for n in range(300)]
        batch = [document(n, n, *(relation(hub, rng.choice(spokes)) for hub in "hk" for _ in range(20))) for n in range(40)]
        batch += [document(100 + n, 100 + n, *(relation(*rng.sample(spokes, 2)) for _ in range(10))) for n in range(40)]
        await store.apply(batch)
        for hops in (2, 3, 4):
            found = await store.paths("test:h", "test:k", max_hops=hops, limit=15)
            assert len(found) == 15
            assert len({way(path) for path in found}) == 15
            assert [path.score for path in found] == sorted((path.score for path in found), reverse=True)
            assert all(len({step.source.id for step in path.steps}) == len(path.steps) for path in found)

    async def test_find(self, store: GraphStore) -> None:
        await store.apply(
            [document(1, 1, relation("a", "b", names=("Breast cancer", "Cancer")), relation("c", "b", names=("BRCA1", "Cancer")))]
        )
        assert [e.name for e in await store.find("CANCER")] == ["Cancer", "Breast cancer"]
        assert [e.id for e in await store.find("test:c")] == ["test:c"]
        assert (await store.resolve("brca1")).id == "test:c"
        assert (await store.resolve(" test:a ")).name == "Breast cancer"
        with pytest.raises(GraphUnknownEntity) as caught:
            await store.resolve("breast")
        assert "test:a" in (caught.value.remedy or "")
        assert await store.find("nothing of the kind") == []

    async def test_questions_say_what_is_wrong(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc")])
        with pytest.raises(GraphUnknownEntity, match="test:z"):
            await store.neighbours("test:z")
        with pytest.raises(GraphUnknownEntity, match="test:z"):
            await store.paths("test:a", "test:z")
        with pytest.raises(GraphBadQuery, match="not a CURIE"):
            await store.discover_open("aspirin")
        with pytest.raises(GraphBadQuery, match="max_hops is 9"):
            await store.paths("test:a", "test:b", max_hops=9)
        with pytest.raises(GraphBadQuery, match="limit is 0"):
            await store.neighbours("test:a", limit=0)
        with pytest.raises(GraphBadQuery, match="both ends"):
            await store.discover_closed("test:a", "test:a")
        with pytest.raises(GraphBadQuery, match="min_papers"):
            await store.discover_open("test:a", min_papers=0)
        with pytest.raises(GraphBadQuery, match="empty"):
            await store.find("  ")

    async def test_a_question_cannot_inject(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc")])
        with pytest.raises(GraphUnknownEntity):
            await store.neighbours("x:'}) DETACH DELETE n //")
        assert await store.find("' OR 1=1 //") == []
        assert (await store.stats()).edges == 2

    async def test_stats(self, store: GraphStore) -> None:
        await store.apply(
            [chain(1, 1, "abc"), chain(2, 2, "ab", retracted=True), document(3, 3, relation("a", "d", negated=True)), tombstone(4, 4)]
        )
        stats = await store.stats()
        assert stats.model_dump() == {"articles": 3, "retracted": 1, "listed": 0, "entities": 4, "edges": 2, "evidence": 4, "outbox": 3}
