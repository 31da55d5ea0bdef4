"""What every graph engine must do. Subclassed once for each; the subclass supplies the fixture `store`, empty and open."""

import asyncio
import random
from collections import defaultdict

import pytest

from graphstore import Contribution, GraphBadQuery, GraphStore, GraphUnknownEntity
from graphstore.answers import Path
from graphstore.steps import ask
from processors.records import ChangeKind, Counts, EntityType, Predicate, Revision
from tests.graphstore.documents import chain, document, random_contribution, relation, tombstone
from tests.graphstore.oracle import Oracle, Roads, held

AB = "test:a|Association|test:b"


async def counts(store: GraphStore) -> dict[str, tuple[int, int, int]]:
    return {e.key: (e.counts.papers, e.counts.negated, e.counts.speculated) for e in (await store.snapshot()).edges}


async def kinds(store: GraphStore, *batch: Contribution) -> list[tuple[str, str, int, int]]:
    return [(c.edge, c.kind.value, c.before.papers, c.after.papers) for c in await store.apply(batch)]


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


class RetractionContract:
    """Retracted evidence stays visible as retracted and counts no more, in whatever order the links arrive."""

    async def test_own_record(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        assert await kinds(store, chain(1, 2, "ab", retracted=True)) == [(AB, "vanished", 1, 0)]
        assert await counts(store) == {AB: (0, 0, 0)}
        assert [s.retracted for s in await store.evidence("test:a", "test:b")] == [True]
        assert await store.neighbours("test:a") == []
        assert len(await store.neighbours("test:a", min_papers=0)) == 1
        assert (await store.stats()).retracted == 1

    async def test_own_link(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab", retracted_by=(77,))])
        assert await counts(store) == {AB: (0, 0, 0)}

    @pytest.mark.parametrize("notice_first", [False, True])
    @pytest.mark.parametrize("together", [False, True])
    async def test_notice_in_either_order(self, store: GraphStore, notice_first: bool, together: bool) -> None:
        pair = [chain(1, 1, "ab"), document(2, 2, retracts=(1,))]
        if notice_first:
            pair.reverse()
        for batch in [pair] if together else [[one] for one in pair]:
            await store.apply(batch)
        assert await counts(store) == {AB: (0, 0, 0)}
        assert [(a.id, a.retracted) for a in (await store.snapshot()).articles] == [("pubmed:1", True), ("pubmed:2", False)]

    async def test_change_names_the_notice(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        (change,) = await store.apply([document(2, 2, retracts=(1,))])
        assert (change.document, change.revision, change.kind) == ("pubmed:2", "0:2", ChangeKind.VANISHED)

    async def test_a_list_of_retractions_is_a_document_of_its_own(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        relations = document(1, 2, retracts=(1,)).relations
        assert relations is not None
        notice = relations.model_copy(
            update={
                "id": "retraction:1",
                "article": relations.article.model_copy(update={"links": document(9, 9, retracts=(1,)).relations.article.links}),
            }
        )
        await store.apply([Contribution.of(notice, Revision(0, 2))])
        assert await counts(store) == {AB: (0, 0, 0)}

    @pytest.mark.parametrize("withdrawn", ["deleted", "revised", "failed"])
    async def test_unretract(self, store: GraphStore, withdrawn: str) -> None:
        await store.apply([chain(1, 1, "ab"), document(2, 2, retracts=(1,))])
        gone = {"deleted": tombstone(2, 3), "revised": document(2, 3), "failed": document(2, 3, retracts=(1,), failed=True)}[withdrawn]
        assert await kinds(store, gone) == [(AB, "appeared", 0, 1)]
        assert [s.retracted for s in await store.evidence("test:a", "test:b")] == [False]

    async def test_two_notices_are_two_reasons(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab"), document(2, 2, retracts=(1,)), document(3, 3, retracts=(1,))])
        assert await store.apply([tombstone(2, 4)]) == []
        assert await kinds(store, tombstone(3, 5)) == [(AB, "appeared", 0, 1)]

    async def test_a_revision_of_a_retracted_article_stays_retracted(self, store: GraphStore) -> None:
        await store.apply([document(2, 2, retracts=(1,)), chain(1, 1, "ab")])
        await store.apply([chain(1, 3, "bc")])
        assert await counts(store) == {"test:b|Association|test:c": (0, 0, 0)}
        await store.apply([tombstone(1, 4)])
        await store.apply([chain(1, 5, "ab")])
        assert await counts(store) == {AB: (0, 0, 0)}

    async def test_a_notice_may_change_its_target(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab"), chain(2, 2, "ab"), document(3, 3, retracts=(1,))])
        await store.apply([document(3, 4, retracts=(2,))])
        assert [(a.id, a.retracted) for a in (await store.snapshot()).articles][:2] == [("pubmed:1", False), ("pubmed:2", True)]
        assert await counts(store) == {AB: (1, 0, 0)}

    async def test_retracted_evidence_comes_last(self, store: GraphStore) -> None:
        await store.apply(
            [document(1, 1, relation("a", "b", probability=0.99), retracted=True), document(2, 2, relation("a", "b", probability=0.5))]
        )
        assert [(s.document, s.retracted) for s in await store.evidence("test:b", "test:a")] == [("pubmed:2", False), ("pubmed:1", True)]


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
                closed = [(path.score, way(path)) for path in await store.discover_closed(a, c)]
                expected = [(score, short(names)) for score, names in roads.paths(a, c, 2)]
                assert sorted(closed) == sorted((pytest.approx(score), names) for score, names in expected)
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
            closed = [(path.score, way(path)) for path in await store.discover_closed(a, c)]
            assert sorted(closed) == sorted((pytest.approx(score), short(names)) for score, names in roads.paths(a, c, 2))
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
        await store.apply([chain(n, n, "abc") for n in range(300)])
        for papers, weight in ((1, 1), (200, 200), (30_000, 1_000), (100_000, 1_000_000)):
            links = [{"curie": "test:b", "papers": papers, "weight": weight}]
            given = {"curie": "test:a", "curies": ["test:b"], "links": links, "type": "", "min_papers": 1, "limit": 5}
            (row,) = await store._run(lambda given=given: ask("beyond", **given), write=False)
            assert row["score"] == min(papers, 300) * weight
            sides = [{"side": side, "curie": curie, "papers": papers, "weight": weight} for side, curie in enumerate(("test:a", "test:c"))]
            given = {"a": "test:x", "c": "test:y", "curies": ["test:a", "test:c"], "sides": sides, "min_papers": 1, "limit": 5}
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
        assert stats.model_dump() == {"articles": 3, "retracted": 1, "entities": 4, "edges": 2, "evidence": 4, "outbox": 3}


class OutboxContract:
    """Changes are written with the graph and relayed from there."""

    async def test_outbox(self, store: GraphStore) -> None:
        changes = await store.apply([chain(1, 1, "abc")]) + await store.apply([chain(2, 2, "ab")])
        assert await store.outbox() == changes
        assert await store.outbox(limit=1) == changes[:1]
        await store.outbox_done([changes[0].id])
        await store.outbox_done([changes[0].id, "unknown"])
        assert await store.outbox() == changes[1:]
        await store.outbox_done([])

    async def test_nobody_relays_the_outbox(self, store: GraphStore) -> None:
        assert [change.edge for change in await store.apply([chain(1, 1, "ab")], outbox=False)] == [AB]
        assert await store.outbox() == []

    async def test_changes_of_an_edge_join_up(self, store: GraphStore) -> None:
        rng = random.Random(11)
        told = []
        for _ in range(15):
            told += await store.apply([random_contribution(rng) for _ in range(6)])
        assert await store.outbox() == told
        assert len({change.id for change in told}) == len(told)
        joined(told)

    async def test_several_tasks_share_a_store(self, store: GraphStore) -> None:
        oracle = Oracle()
        batches = [[chain(10 * n + m, 10 * n + m, "abc"[m % 2 :]) for m in range(8)] for n in range(6)]
        for batch in batches:
            oracle.apply(batch)
        answers = await asyncio.gather(*(store.apply(batch) for batch in batches), *(store.stats() for _ in range(4)))
        assert len(answers) == 10
        assert held(await store.snapshot(markers=True)) == oracle.graph()
        joined(await store.outbox())


def joined(changes: list) -> None:
    """In the outbox's order, what one change of an edge leaves is what the next one finds."""
    last: dict[str, Counts] = defaultdict(Counts)
    for change in changes:
        assert change.before == last[change.edge], change
        last[change.edge] = change.after


class GraphStoreContract(WritingContract, RetractionContract, QuestionContract, OutboxContract):
    """All of it."""
