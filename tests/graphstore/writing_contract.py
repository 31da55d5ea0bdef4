"""Writing: a document's contribution is one replaceable unit."""

import random

from graphstore import Contribution, GraphStore
from processors.records import ChangeKind, Counts, Predicate, Revision
from tests.graphstore.documents import chain, document, random_contribution, relation, tombstone
from tests.graphstore.looking import AB, counts, kinds
from tests.graphstore.oracle import Oracle, held


class WritingContract:
    """A document's contribution is one replaceable unit."""

    async def test_new(self, store: GraphStore) -> None:
        changes = await store.apply([document(1, 1, relation("b", "a", place=7), year=1999)])
        assert [(c.kind, c.edge, c.document, c.revision) for c in changes] == [(ChangeKind.APPEARED, AB, "pubmed:1", "0:1")]
        assert (changes[0].before, changes[0].after) == (Counts(), Counts(papers=1))
        snapshot = await store.snapshot(markers=True)
        assert [(a.id, a.title, a.journal, a.year, a.retracted) for a in snapshot.articles] == [
            ("pubmed:1", "Title 1", "Journal", 1999, False)
        ]
        assert [(e.id, e.name, e.type, e.degree) for e in snapshot.entities] == [
            ("test:a", "A", "Disease", 1),
            ("test:b", "B", "Chemical", 1),
        ]
        (edge,) = snapshot.edges
        assert (edge.subject, edge.predicate, edge.object) == ("test:a", Predicate.ASSOCIATION, "test:b")
        assert (edge.first_year, edge.last_year, edge.probability) == (1999, 1999, 0.9)
        assert [(m.id, m.epoch, m.offset, m.generation, m.state) for m in snapshot.markers] == [("pubmed:1", 0, 1, 1, "live")]

    async def test_replay_changes_nothing(self, store: GraphStore) -> None:
        batch = [chain(1, 1, "abc"), document(2, 2, relation("a", "b"), retracts=(1,))]
        await store.apply(batch)
        before = await store.snapshot(markers=True)
        assert await store.apply(batch) == []
        assert await store.apply(batch[::-1]) == []
        assert await store.snapshot(markers=True) == before

    async def test_revise(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc"), chain(2, 2, "ab")])
        moved = await kinds(store, chain(1, 3, "bcd"))
        assert moved == [(AB, "weakened", 2, 1), ("test:c|Association|test:d", "appeared", 0, 1)]
        assert await counts(store) == {AB: (1, 0, 0), "test:b|Association|test:c": (1, 0, 0), "test:c|Association|test:d": (1, 0, 0)}

    async def test_papers_are_distinct_documents(self, store: GraphStore) -> None:
        await store.apply([document(1, 1, relation("a", "b"), relation("a", "b", place=30), relation("b", "a", place=60))])
        assert await counts(store) == {AB: (1, 0, 0)}
        assert len(await store.evidence("test:a", "test:b")) == 3

    async def test_a_name_of_any_length_is_written(self, store: GraphStore) -> None:
        """An index that takes no such key would refuse its neighbours in the batch too."""
        long = "Ω" * 40_000
        await store.apply([document(1, 1, relation("a", "b", names=(long, None))), document(2, 2, relation("b", "c"))])
        assert (await store.stats()).articles == 2
        assert [found.name for found in await store.find(long[:1000])] == [long]

    async def test_polarities_are_counted_apart(self, store: GraphStore) -> None:
        await store.apply(
            [
                document(1, 1, relation("a", "b", negated=False), year=2001),
                document(2, 2, relation("a", "b", negated=True, speculated=True), year=1985),
                document(3, 3, relation("a", "b", speculated=True), year=2010),
                document(4, 4, relation("a", "b", negated=True), relation("a", "b", place=9), year=None),
            ]
        )
        assert await counts(store) == {AB: (2, 2, 1)}
        (edge,) = (await store.snapshot()).edges
        assert (edge.first_year, edge.last_year) == (1985, 2010)

    async def test_best_probability_is_a_positive_one(self, store: GraphStore) -> None:
        await store.apply(
            [document(1, 1, relation("a", "b", probability=0.6)), document(2, 2, relation("a", "b", probability=0.99, negated=True))]
        )
        (edge,) = (await store.snapshot()).edges
        assert edge.probability == 0.6

    async def test_delete_leaves_only_a_marker(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "abc")])
        assert await kinds(store, tombstone(1, 5)) == [(AB, "vanished", 1, 0), ("test:b|Association|test:c", "vanished", 1, 0)]
        snapshot = await store.snapshot(markers=True)
        assert (snapshot.articles, snapshot.entities, snapshot.edges, snapshot.evidence) == ((), (), (), ())
        assert [(m.offset, m.state) for m in snapshot.markers] == [(5, "deleted")]

    async def test_older_revision_is_ignored_also_after_a_deletion(self, store: GraphStore) -> None:
        await store.apply([tombstone(1, 5)])
        assert await store.apply([chain(1, 4, "abc")]) == []
        assert await counts(store) == {}
        assert await kinds(store, chain(1, 6, "ab")) == [(AB, "appeared", 0, 1)]
        assert await store.apply([tombstone(1, 5)]) == []
        assert await counts(store) == {AB: (1, 0, 0)}

    async def test_a_document_whose_message_came_late_is_named(self, store: GraphStore) -> None:
        late: dict[str, Revision] = {}
        await store.apply([chain(1, 5, "ab"), chain(2, 6, "ab")], late=late)
        assert late == {}
        await store.apply([chain(1, 3, "ab"), chain(2, 6, "ab"), chain(3, 1, "cd")], late=late)
        assert late == {"pubmed:1": Revision(0, 5)}
        await store.apply([chain(1, 4, "ab"), chain(1, 7, "ab"), tombstone(2, 2)], late=late)
        assert late == {"pubmed:2": Revision(0, 6)}

    async def test_an_epoch_outweighs_every_offset(self, store: GraphStore) -> None:
        await store.apply([chain(1, 900, "ab")])
        newer = chain(1, 2, "cd")
        await store.apply([Contribution(newer.document, Revision(1, 2), 1, newer.relations)])
        await store.apply([chain(1, 901, "ab")])
        assert list(await counts(store)) == ["test:c|Association|test:d"]

    async def test_generation_decides_within_one_revision(self, store: GraphStore) -> None:
        await store.apply([chain(1, 3, "ab", generation=2)])
        await store.apply([chain(1, 3, "cd", generation=1)])
        assert list(await counts(store)) == [AB]
        await store.apply([chain(1, 3, "cd", generation=3)])
        assert list(await counts(store)) == ["test:c|Association|test:d"]
        await store.apply([chain(1, 4, "ab", generation=1)])
        assert list(await counts(store)) == [AB]

    async def test_a_newer_model_replaces_evidence_without_moving_counts(self, store: GraphStore) -> None:
        await store.apply([chain(1, 3, "ab", generation=1, model="mini@1")])
        assert await store.apply([chain(1, 3, "ab", generation=2, model="mini@2")]) == []
        assert [s.model for s in await store.evidence("test:a", "test:b")] == ["mini@2"]

    async def test_a_failed_revision_contributes_nothing_but_counts_as_seen(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        assert await kinds(store, chain(1, 2, "cd", failed=True, retracts=(9,))) == [(AB, "vanished", 1, 0)]
        await store.apply([chain(1, 1, "ab")])
        assert await counts(store) == {}
        assert (await store.stats()).articles == 0

    async def test_a_replayed_dead_letter_keeps_its_revision_and_wins(self, store: GraphStore) -> None:
        await store.apply([chain(1, 2, "cd", failed=True)])
        await store.apply([chain(1, 2, "ab")])
        assert list(await counts(store)) == [AB]
        assert await store.apply([chain(1, 2, "cd", failed=True)]) == []
        assert list(await counts(store)) == [AB]

    async def test_one_batch_may_hold_a_document_twice(self, store: GraphStore) -> None:
        moved = await kinds(store, chain(1, 1, "ab"), chain(2, 2, "ab"), chain(1, 3, "cd"), tombstone(2, 4))
        assert moved == [
            (AB, "appeared", 0, 1),
            (AB, "strengthened", 1, 2),
            (AB, "weakened", 2, 1),
            ("test:c|Association|test:d", "appeared", 0, 1),
            (AB, "vanished", 1, 0),
        ]
        assert await counts(store) == {"test:c|Association|test:d": (1, 0, 0)}

    async def test_an_entity_with_itself_is_no_edge(self, store: GraphStore) -> None:
        assert await store.apply([document(1, 1, relation("a", "a"))]) == []
        assert (await store.stats()).entities == 0

    async def test_names_do_not_depend_on_order(self, store: GraphStore) -> None:
        first = document(1, 1, relation("a", "b", names=("Zeta", None)))
        second = document(2, 2, relation("a", "c", names=("Alpha", None)))
        await store.apply([first])
        assert (await store.find("test:a"))[0].name == "Zeta"
        await store.apply([second])
        assert (await store.find("test:a"))[0].name == "Alpha"
        await store.apply([tombstone(2, 3)])
        assert (await store.find("test:a"))[0].name == "Zeta"

    async def test_awkward_text_is_kept(self, store: GraphStore) -> None:
        contribution = document(1, 1, relation("a", "b", names=("β-é́ 'x' \"y\" \\ \U0001f9ec\u200b|z", "$b {c} // d")))
        await store.apply([contribution])
        assert {e.name for e in (await store.snapshot()).entities} == {"β-é́ 'x' \"y\" \\ \U0001f9ec\u200b|z", "$b {c} // d"}
        assert [e.id for e in await store.find("\U0001f9ec\u200b|Z")] == ["test:a"]

    async def test_an_empty_batch_is_nothing(self, store: GraphStore) -> None:
        assert await store.apply([]) == []

    async def test_random_sequence(self, store: GraphStore) -> None:
        rng = random.Random(20261121)
        oracle = Oracle()
        for _ in range(25):
            batch = [random_contribution(rng) for _ in range(rng.randrange(1, 12))]
            oracle.apply(batch)
            await store.apply(batch)
            assert held(await store.snapshot(markers=True)) == oracle.graph()

    async def test_grouping_does_not_matter(self, store: GraphStore) -> None:
        rng = random.Random(7)
        log = [random_contribution(rng) for _ in range(60)]
        oracle = Oracle()
        oracle.apply(log)
        singly = [change for one in log[:30] for change in await store.apply([one])] + await store.apply(log[30:])
        assert held(await store.snapshot(markers=True)) == oracle.graph()
        last = {change.edge: change.after for change in singly}
        edges = {e.key: e.counts for e in (await store.snapshot()).edges}
        assert all(edges.get(edge, Counts()) == after for edge, after in last.items())
