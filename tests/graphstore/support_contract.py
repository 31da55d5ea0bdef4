"""How well edges are supported: confidence and its sum, and what papers both state and deny."""

import random
from math import exp, log

import pytest

from graphstore import GraphBadQuery, GraphStore, GraphUnknownEntity
from processors.records import EntityType, Predicate
from tests.graphstore.documents import chain, document, listed, random_contribution, relation, tombstone
from tests.graphstore.looking import AB
from tests.graphstore.oracle import Oracle


class SupportContract:
    """Confidence, its sum, and contradicted edges."""

    async def test_confidence_counts_papers_and_not_mentions(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, relation("a", "b", probability=0.5), relation("a", "b", probability=0.8, place=9))])
        (edge,) = (await store.snapshot()).edges
        assert edge.confidence == pytest.approx(1 - 0.2**0.6, abs=1e-6)
        await store.apply([document(2, 2, relation("a", "b", probability=0.5))])
        (edge,) = (await store.snapshot()).edges
        assert edge.confidence == pytest.approx(1 - (0.2 * 0.5) ** 0.6, abs=1e-6)

    async def test_confidence_is_of_papers_that_state_it_and_count(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b", probability=0.9, negated=True)),
                document(2, 2, relation("a", "b", probability=0.9, speculated=True)),
                document(3, 3, relation("a", "b", probability=0.9), retracted=True),
            ]
        )
        assert [edge.confidence for edge in (await store.snapshot()).edges] == [0.0]
        await store.apply([chain(3, 4, "ab")])
        assert [edge.confidence for edge in (await store.snapshot()).edges] == [pytest.approx(1 - 0.1**0.6, abs=1e-6)]
        await store.apply([listed(3, 5)])
        assert [edge.confidence for edge in (await store.snapshot()).edges] == [0.0]

    async def test_no_one_paper_is_certain(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, relation("a", "b", probability=1.0)), document(2, 2, relation("a", "c", probability=0.0))])
        assert [edge.confidence for edge in (await store.snapshot()).edges] == [pytest.approx(1 - 0.001**0.6, abs=1e-6), 0.0]

    async def test_a_confidence_is_reckoned_by_hand(self, store: GraphStore) -> None:
        said = {1: 0.9, 2: 0.5, 3: 0.7}
        await store.apply([document(n, n, relation("a", "b", probability=p), year=1990 + n) for n, p in said.items()])
        await store.apply([document(4, 4, relation("a", "b", negated=True)), document(5, 5, relation("a", "b", Predicate.BIND))])
        found, other = await store.reckon("test:b", "test:a")
        assert [(paper.document, paper.year, paper.probability) for paper in found.papers] == [
            ("pubmed:1", 1991, 0.9),
            ("pubmed:3", 1993, 0.7),
            ("pubmed:2", 1992, 0.5),
        ]
        assert sum(paper.share for paper in found.papers) == found.weight == pytest.approx(-1e6 * log(0.1 * 0.3 * 0.5), abs=2)
        assert found.noisy_or == pytest.approx(1 - exp(-found.weight / 1e6))
        assert found.edge.confidence == pytest.approx(1 - exp(-found.counted * found.weight / 1e6))
        assert (found.edge.key, found.edge.counts.negated, other.edge.predicate) == (AB, 1, Predicate.BIND)
        (short,) = await store.reckon("test:a", "test:b", Predicate.ASSOCIATION, limit=1)
        assert (len(short.papers), short.papers[0].share + short.others) == (1, found.weight)

    async def test_what_cannot_be_reckoned(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc")])
        assert await store.reckon("test:a", "test:c") == []
        with pytest.raises(GraphUnknownEntity):
            await store.reckon("test:a", "test:z")
        with pytest.raises(GraphBadQuery, match="is not a CURIE"):
            await store.reckon("a", "test:b")
        with pytest.raises(GraphBadQuery, match="limit"):
            await store.reckon("test:a", "test:b", limit=0)

    async def test_an_edge_stated_and_denied_is_contradicted(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b", probability=0.8)),
                document(2, 2, relation("a", "b", probability=0.6, negated=True), relation("a", "c", negated=True)),
                document(3, 3, relation("a", "b", probability=0.7, negated=True), relation("c", "d", speculated=True)),
                document(4, 4, relation("c", "d", negated=True)),
            ]
        )
        (found,) = await store.contradicted()
        assert (found.edge.key, found.edge.counts.papers, found.edge.counts.negated) == (AB, 1, 2)
        assert (found.subject.id, found.object.id) == ("test:a", "test:b")
        assert found.stated
        assert found.denied
        assert (found.stated.document, found.denied.document) == ("pubmed:1", "pubmed:3")
        assert found.denied.polarity == "negated"
        await store.apply([tombstone(1, 5)])
        assert await store.contradicted() == []
        await store.apply([document(1, 6, relation("a", "b"), retracted=True)])
        assert await store.contradicted() == []

    async def test_contradicted_edges_by_filter_and_rank(self, store: GraphStore) -> None:
        def both(number: int, pair: str, stated: int, denied: int, predicate: Predicate = Predicate.ASSOCIATION) -> list:
            return [
                document(100 * number + n, 1, relation(*pair, predicate, negated=n >= stated), year=2000) for n in range(stated + denied)
            ]

        await store.apply([*both(1, "ab", 3, 1), *both(2, "bc", 2, 2), *both(3, "cd", 1, 1, Predicate.BIND), *both(4, "ad", 0, 3)])
        bc, ab, cd = "test:b|Association|test:c", AB, "test:c|Bind|test:d"
        assert [d.edge.key for d in await store.contradicted()] == [bc, ab, cd]
        assert [d.edge.key for d in await store.contradicted(limit=1)] == [bc]
        assert [d.edge.key for d in await store.contradicted(min_papers=2)] == [bc, ab]
        assert [d.edge.key for d in await store.contradicted(min_negated=2)] == [bc]
        assert [d.edge.key for d in await store.contradicted(predicate=Predicate.BIND)] == [cd]
        assert [d.edge.key for d in await store.contradicted("test:c")] == [bc, cd]
        assert [(d.subject.id, d.object.id) for d in await store.contradicted("test:b")] == [("test:b", "test:c"), ("test:a", "test:b")]
        kind = {e.id: e.type for e in (await store.snapshot()).entities}
        of_d = EntityType(kind["test:d"])
        assert {d.edge.key for d in await store.contradicted(type=of_d)} == {
            key for key in (bc, ab, cd) if of_d in {kind[key.split("|")[0]], kind[key.split("|")[2]]}
        }
        with pytest.raises(GraphUnknownEntity):
            await store.contradicted("test:nobody")
        with pytest.raises(GraphBadQuery, match="min_papers"):
            await store.contradicted(min_papers=0)

    async def test_contradicted_as_the_oracle_says(self, store: GraphStore) -> None:
        rng = random.Random(3)
        oracle, log_ = Oracle(), [random_contribution(rng, documents=30, letters="abc") for _ in range(90)]
        for start in range(0, 90, 8):
            await store.apply(log_[start : start + 8])
        oracle.apply(log_)
        edges = {key: (papers, negated) for key, (papers, negated, *_) in oracle.graph()["edges"].items() if papers and negated}
        wanted = sorted(edges, key=lambda key: (-min(edges[key]), -sum(edges[key]), key))
        found = await store.contradicted()
        assert [d.edge.key for d in found] == wanted
        assert wanted
        assert all(d.stated and d.stated.polarity == "positive" and d.denied and d.denied.polarity == "negated" for d in found)

    async def test_evidence_tells_section_and_novelty(self, store: GraphStore) -> None:
        told = relation("a", "b")
        told = told.model_copy(update={"novel": 0.7, "evidence": told.evidence.model_copy(update={"section": "RESULTS"})})
        await store.apply([document(1, 1, relation("a", "b")), document(2, 2, told)])
        assert {s.document: (s.section, s.novel) for s in await store.evidence("test:a", "test:b")} == {
            "pubmed:1": (None, None),
            "pubmed:2": ("RESULTS", 0.7),
        }
        assert (await store.paper("pubmed:2")).claims[0].sentence.section == "RESULTS"
