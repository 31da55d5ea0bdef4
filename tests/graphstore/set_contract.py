"""Questions of several entities at once, against known answers and against brute force."""

import random

import pytest

from graphstore import GraphBadQuery, GraphStore, GraphUnknownEntity
from graphstore.outside import SUBCLASS, OutsideEdge, OutsideNode
from processors.records import EntityType, Predicate
from tests.graphstore.documents import chain, document, random_contribution, relation
from tests.graphstore.oracle import Oracle, Roads


async def stand_below(store: GraphStore, *pairs: str) -> None:
    """Import an ontology: `"xa"` has test:x below test:a."""
    letters = sorted({letter for pair in pairs for letter in pair})
    nodes = [OutsideNode(f"test:{letter}", letter.upper(), "biolink:Disease", {}) for letter in letters]
    edges = [
        OutsideEdge(f"test:{low}", SUBCLASS, f"test:{high}", False, "infores:test", "knowledge_assertion", "manual_agent", (), f"e{n}", {})
        for n, (low, high) in enumerate(map(tuple, pairs))
    ]
    await store.import_graph("ontology", nodes, edges, fingerprint="1")


class SetContract:
    """A list's relations, and what is known of a concept and all below it."""

    async def test_among_lists_interactions_first(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b"), relation("b", "c", Predicate.COTREATMENT), relation("a", "d")),
                document(2, 2, relation("a", "b"), relation("c", "a", Predicate.DRUG_INTERACTION), relation("b", "e")),
            ]
        )
        found = await store.among(["test:c", "test:a", "B"])
        assert [(one.edge.predicate.value, one.subject.id, one.object.id) for one in found.relations] == [
            ("Drug_Interaction", "test:a", "test:c"),
            ("Cotreatment", "test:b", "test:c"),
            ("Association", "test:a", "test:b"),
        ]
        assert [one.sentences[0].text for one in found.relations] == ["c with a", "b with c", "a with b"]
        assert [entity.id for entity in found.entities] == ["test:c", "test:a", "test:b"]
        assert (found.unknown, found.bounded) == ((), False)
        assert found.relations[2].edge.counts.papers == 2
        assert 0 < found.relations[0].edge.confidence < found.relations[2].edge.confidence
        assert "not clinical advice" in found.notice

    async def test_among_tells_what_is_unknown_and_goes_on(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, relation("a", "b"))])
        entries = ["no such drug", "test:b", "test:zz", "not a curie:", "x" * 5000, " test:a ", "test:a", "' OR 1=1 //"]
        found = await store.among(entries)
        assert found.unknown == ("no such drug", "test:zz", "not a curie:", "x" * 5000, "' OR 1=1 //")
        assert [one.edge.key for one in found.relations] == ["test:a|Association|test:b"]
        alone = await store.among(["test:a", "nothing"])
        assert (len(alone.relations), alone.unknown) == (0, ("nothing",))
        assert (await store.among(["nothing"])).entities == ()

    async def test_among_keeps_polarities_apart(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b"), relation("b", "c", negated=True), relation("c", "d", speculated=True)),
                document(2, 2, relation("a", "b", negated=True, probability=0.6)),
                document(3, 3, relation("a", "b", negated=True, probability=0.7)),
                document(4, 4, relation("a", "d"), retracted=True),
            ]
        )
        found = {one.edge.key: one for one in (await store.among([f"test:{letter}" for letter in "abcd"])).relations}
        assert sorted(found) == ["test:a|Association|test:b", "test:b|Association|test:c", "test:c|Association|test:d"]
        both = found["test:a|Association|test:b"]
        assert [(s.document, s.polarity.value) for s in both.sentences] == [("pubmed:1", "positive"), ("pubmed:3", "negated")]
        assert found["test:b|Association|test:c"].edge.confidence == 0
        positive = await store.among([f"test:{letter}" for letter in "abcd"], min_papers=1)
        assert [one.edge.key for one in positive.relations] == ["test:a|Association|test:b"]

    async def test_among_is_bounded(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abcde")])
        found = await store.among([f"test:{letter}" for letter in "abcde"], limit=3)
        assert (len(found.relations), found.bounded) == (3, True)
        with pytest.raises(GraphBadQuery, match="501 entries"):
            await store.among([f"test:{n}" for n in range(501)])
        with pytest.raises(GraphBadQuery, match="names nothing"):
            await store.among([" ", ""])
        with pytest.raises(GraphBadQuery, match="limit is 0"):
            await store.among(["test:a"], limit=0)

    @pytest.mark.parametrize("seed", range(2))
    async def test_among_against_brute_force(self, store: GraphStore, seed: int) -> None:
        rng = random.Random(seed)
        log = [random_contribution(rng, documents=30, letters="abcdefghij") for _ in range(60)]
        oracle = Oracle()
        oracle.apply(log)
        await store.apply(log)
        edges = (await store.snapshot()).edges
        for size in (2, 5, 10):
            chosen = {f"test:{letter}" for letter in rng.sample("abcdefghij", size)}
            counted = {e.key for e in edges if {e.subject, e.object} <= chosen and sum(e.counts.model_dump().values())}
            found = await store.among(sorted(chosen))
            assert {one.edge.key for one in found.relations} == counted
            assert all(one.sentences for one in found.relations)

    async def test_rollup_marks_what_is_inferred(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "p"), relation("x", "p"), relation("y", "q"), relation("z", "q"), relation("x", "a")),
                document(2, 2, relation("x", "p"), relation("y", "q", negated=True)),
            ]
        )
        await stand_below(store, "xa", "yx", "wa")
        found = await store.rollup("test:a")
        assert [(one.neighbour.id, one.papers, one.inferred) for one in found] == [("test:p", 1, 2), ("test:q", 0, 1)]
        assert [(e.carrier.id, e.inferred, e.edge.counts.papers) for e in found[0].edges] == [("test:a", False, 1), ("test:x", True, 2)]
        assert [(e.carrier.id, e.inferred, e.edge.subject) for e in found[1].edges] == [("test:y", True, "test:q")]
        assert all(e.sentence for one in found for e in one.edges)
        assert not found.bounded
        own = {n.entity.id: n.edge.counts.papers for n in await store.neighbours("test:a")}
        assert own == {"test:p": 1, "test:x": 1}, "the concept itself has no more than it had"
        kind = EntityType((await store.resolve("P")).type)
        assert [one.neighbour.id for one in await store.rollup("test:a", type=kind)] == ["test:p"]
        assert [one.neighbour.id for one in await store.rollup("test:a", min_papers=2)] == ["test:p"]

    async def test_rollup_of_a_concept_that_no_paper_names(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, relation("x", "p"))])
        await stand_below(store, "xk", "vu")
        (found,) = await store.rollup("test:k")
        assert (found.papers, found.inferred, found.edges[0].carrier.id) == (0, 1, "test:x")
        with pytest.raises(GraphUnknownEntity, match="test:u and the 1 concepts below it"):
            await store.rollup("test:u")
        with pytest.raises(GraphUnknownEntity, match="test:zz"):
            await store.rollup("test:zz")
        with pytest.raises(GraphBadQuery, match="not a CURIE"):
            await store.rollup("aspirin")

    async def test_rollup_says_where_it_is_bounded(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, relation("x", "p"), relation("y", "q"), relation("y", "r"), relation("a", "s"))])
        await stand_below(store, "xa", "ya", "za")
        near = await store.rollup("test:a", below=1)
        assert [one.neighbour.id for one in near] == ["test:p", "test:s"]
        assert near.bounded
        assert "only the 1 nearest descendants of test:a" in near.notes[0]
        few = await store.rollup("test:a", limit=2)
        assert (len(few), few.bounded) == (2, True)
        none = await store.rollup("test:p")
        assert (none[0].neighbour.id, none.notes, none.bounded) == ("test:x", ("no imported ontology has anything below test:p",), False)
        with pytest.raises(GraphBadQuery, match="below is 0"):
            await store.rollup("test:a", below=0)

    async def test_closed_discovery_over_closures(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "xbc"), chain(2, 2, "xbc"), chain(3, 3, "adz"), chain(4, 4, "yb"), chain(5, 5, "xc")])
        await stand_below(store, "xa", "ya", "zc")
        found = await store.discover_closed_rolled("test:a", "test:c")
        ways = [
            ([s.source.id for s in one.path.steps] + [one.path.steps[-1].target.id], one.start_inferred, one.end_inferred) for one in found
        ]
        assert ways == [(["test:x", "test:b", "test:c"], True, False), (["test:a", "test:d", "test:z"], False, True)]
        assert [one.path.score for one in found] == [pytest.approx(2 / 3**0.5), pytest.approx(1 / 2**0.5)]
        assert all(step.sentence for one in found for step in one.path.steps)
        assert await store.discover_closed("test:a", "test:c") == [], "nothing is inferred where it was not asked for"
        assert len(await store.discover_closed_rolled("test:a", "test:c", limit=1)) == 1
        with pytest.raises(GraphBadQuery, match="one above the other"):
            await store.discover_closed_rolled("test:a", "test:x")
        with pytest.raises(GraphBadQuery, match="both ends"):
            await store.discover_closed_rolled("test:a", "test:a")

    async def test_closures_of_one_are_plain_closed_discovery(self, store: GraphStore) -> None:
        rng = random.Random(5)
        log = [random_contribution(rng, documents=25, letters="abcdefg") for _ in range(50)]
        oracle = Oracle()
        oracle.apply(log)
        await store.apply(log)
        curies = sorted(Roads(oracle.graph()).degree)
        for a, c in zip(curies[:3], curies[3:6], strict=True):
            plain = await store.discover_closed(a, c, limit=200)
            rolled = await store.discover_closed_rolled(a, c, limit=200)
            assert {one.path.steps[0].target.id: pytest.approx(one.path.score) for one in rolled} == {
                path.steps[0].target.id: path.score for path in plain
            }
            assert not any(one.start_inferred or one.end_inferred for one in rolled)
