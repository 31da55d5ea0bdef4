"""Standing questions: each batch tells what it completes and breaks, in its own transaction."""

import random

import pytest

from graphstore import GraphBadQuery, GraphStore, standing, watching
from graphstore.watched import Watch
from processors.records import Discovery, DiscoveryKind, EntityType, Predicate, Question, QuestionStep
from tests.graphstore.documents import chain, document, participant, random_contribution, relation, tombstone
from tests.graphstore.oracle import Oracle
from tests.graphstore.watch_oracle import answers, discoveries, random_question, told_of, watched_run

COMPLETED, BROKEN, CHANGED = DiscoveryKind
STEP = QuestionStep()


def question(start: str, end: str | None, *steps: QuestionStep, changes: bool = False) -> Question:
    return Question.of(f"test:{start}", end and f"test:{end}", steps or (STEP,), id="q", changes=changes)


def watching_for(*questions: Question) -> Watch:
    watch = Watch()
    for one in questions:
        watch.put(one)
    return watch


def short(told: list[Discovery]) -> list[tuple[DiscoveryKind, str]]:
    return [(kind, "".join(curie.removeprefix("test:") for curie in way)) for _, kind, way in told_of(told)]


class WatchContract:
    """Standing questions: each batch tells what it completes and breaks, in its own transaction."""

    async def test_a_pair_completes_and_breaks(self, store: GraphStore) -> None:
        watch = watching_for(question("b", "a"))
        changes = await store.apply([chain(1, 3, "abc")], watch=watch)
        told = await store.outbox()
        assert told[:2] == changes
        (found,) = told[2:]
        assert isinstance(found, Discovery)
        assert [(e.id, e.name, e.type) for e in found.entities] == [
            ("test:b", "B", participant("b").type),
            ("test:a", "A", participant("a").type),
        ]
        (step,) = found.path
        assert (step.subject, step.object, step.predicate, step.papers, step.holds) == ("test:b", "test:a", "Association", 1, True)
        assert (step.evidence, step.document) == ("a with b", "pubmed:1")
        assert (found.kind, found.score, found.document, found.revision) == (COMPLETED, 1.0, "pubmed:1", "0:3")
        assert found.change == next(change.id for change in changes if change.edge == "test:a|Association|test:b")
        await store.outbox_done([one.id for one in told])
        await store.apply([chain(1, 3, "abc"), chain(2, 4, "ab")], watch=watch)  # a replay, and one more paper
        assert await discoveries(store) == []
        await store.apply([document(3, 5, retracts=(1,)), tombstone(2, 6)], watch=watch)
        (gone,) = await discoveries(store)
        assert (gone.kind, gone.document, gone.score) == (BROKEN, "pubmed:2", 0.0)
        assert [(step.holds, step.papers, step.evidence, step.document) for step in gone.path] == [(False, 0, "", "pubmed:2")]
        assert gone.id != found.id

    async def test_ways_between_two_entities(self, store: GraphStore) -> None:
        kind = participant("b").type
        watch = watching_for(question("a", "c", QuestionStep(type=kind), STEP), question("d", "a").model_copy(update={"id": "other"}))
        await store.apply([chain(1, 1, "ab")], watch=watch)
        assert await discoveries(store) == []
        await store.apply([chain(2, 2, "bc"), chain(3, 3, "adc")], watch=watch)
        told = await discoveries(store)
        assert sorted(short(told)) == [(COMPLETED, "abc"), (COMPLETED, "da")]  # d is of another type
        (way,) = (one for one in told if one.question == "q")
        assert [(step.evidence, step.document) for step in way.path] == [("a with b", "pubmed:1"), ("b with c", "pubmed:2")]
        assert way.score == pytest.approx(1 / 2**0.5)
        await store.apply([document(2, 3, relation("b", "c", negated=True))], watch=watch)
        assert short(await discoveries(store)) == [(BROKEN, "abc")]

    async def test_an_open_question_leads_to_what_nobody_relates(self, store: GraphStore) -> None:
        watch = watching_for(question("a", None, STEP, QuestionStep(min_papers=2)))
        await store.apply([chain(1, 1, "abc"), chain(2, 2, "bd"), chain(3, 3, "bd")], watch=watch)
        assert short(await discoveries(store)) == [(COMPLETED, "abd")]
        await store.apply([chain(4, 4, "bc")], watch=watch)
        assert short(await discoveries(store)) == [(COMPLETED, "abc")]
        await store.apply([document(5, 5, relation("a", "d", negated=True))], watch=watch)
        (gone,) = await discoveries(store)
        assert short([gone]) == [(BROKEN, "abd")]
        assert (gone.known, [step.holds for step in gone.path]) == (True, [True, True])
        await store.apply([tombstone(5, 6)], watch=watch)
        assert short(await discoveries(store)) == [(COMPLETED, "abd")]
        await store.apply([tombstone(1, 7)], watch=watch)
        assert sorted(short(await discoveries(store))) == [(BROKEN, "abc"), (BROKEN, "abd")]

    async def test_a_way_of_three_steps(self, store: GraphStore) -> None:
        watch = watching_for(question("a", "d", QuestionStep(predicate=Predicate.BIND), STEP, STEP))
        await store.apply([chain(1, 1, "bc"), chain(2, 2, "cd"), document(3, 3, relation("a", "b"))], watch=watch)
        assert await discoveries(store) == []
        await store.apply([document(4, 4, relation("b", "a", Predicate.BIND))], watch=watch)
        assert short(await discoveries(store)) == [(COMPLETED, "abcd")]
        await store.apply([tombstone(1, 5)], watch=watch)
        assert short(await discoveries(store)) == [(BROKEN, "abcd")]

    async def test_confidence_counts_papers(self, store: GraphStore) -> None:
        watch = watching_for(question("a", None, QuestionStep(min_confidence=0.5)))
        weak = [document(n, n, relation("a", "b", probability=0.3)) for n in range(30)]
        await store.apply(weak[:1], watch=watch)
        assert await discoveries(store) == []
        await store.apply(weak[1:], watch=watch)
        assert short(await discoveries(store)) == [(COMPLETED, "ab")]
        await store.apply([document(n, n, relation("a", "b", probability=0.001), generation=2) for n in range(30)], watch=watch)
        (gone,) = await discoveries(store)  # as many papers as before, less sure of it
        assert (gone.kind, gone.path[0].papers, gone.path[0].holds) == (BROKEN, 30, False)

    async def test_a_change_is_told_where_it_is_asked_for(self, store: GraphStore) -> None:
        await store.apply([chain(1, 1, "ab")])
        for changes in (False, True):
            watch = watching_for(question("a", "b", changes=changes))
            await store.apply(
                [document(2, 2 + changes, relation("a", "b", Predicate.BIND if changes else Predicate.COMPARISON))], watch=watch
            )
            assert short(await discoveries(store)) == [(CHANGED, "ab")] * changes

    async def test_what_passes_through_a_hub_is_not_told(self, store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(standing, "HUB", 3)
        watch = watching_for(question("a", None, STEP, STEP), question("a", "c", STEP, STEP).model_copy(update={"id": "closed"}))
        await store.apply([document(1, 1, *(relation("h", end) for end in "xyzc"), relation("b", "c"))], watch=watch)
        await store.apply([document(2, 2, relation("a", "h"), relation("a", "b"))], watch=watch)
        assert sorted(short(await discoveries(store))) == [(COMPLETED, "abc"), (COMPLETED, "abc")]

    async def test_messages_of_one_batch_are_bounded_and_the_best(self, store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watching, "MOST", 2)
        watch = watching_for(question("a", None))
        batch = [document(n, n, *(relation("a", end) for end in "bcdef"[n:])) for n in range(5)]
        await store.apply(batch, watch=watch)
        assert sorted(short(await discoveries(store))) == [(COMPLETED, "ae"), (COMPLETED, "af")]

    @pytest.mark.parametrize("seed", range(3))
    async def test_any_batch_tells_what_answering_before_and_after_it_gives(self, store: GraphStore, seed: int) -> None:
        assert await watched_run(store, random.Random(seed), batches=8) > 0

    async def test_a_batch_that_failed_leaves_the_watch_right(self, store: GraphStore) -> None:
        watch = watching_for(question("a", "c", STEP, STEP))
        await store.apply([chain(1, 1, "ab")], watch=watch)
        run = store._run

        async def cut(steps, *, write: bool):  # type: ignore[no-untyped-def]
            await run(steps, write=write)
            raise ConnectionResetError("the answer to the commit is lost")

        store._run = cut  # type: ignore[method-assign]
        with pytest.raises(ConnectionResetError):
            await store.apply([chain(2, 2, "cd")], watch=watch)
        store._run = run  # type: ignore[method-assign]
        await store.apply([chain(2, 2, "cd"), chain(3, 3, "ad")], watch=watch)
        assert short(await discoveries(store)) == [(COMPLETED, "adc")]

    async def test_present_answers(self, store: GraphStore) -> None:
        rng, oracle = random.Random(4), Oracle()
        batch = [random_contribution(rng, letters="abcdefg") for _ in range(25)]
        await store.apply(batch)
        oracle.apply(batch)
        for _ in range(40):
            asked = random_question(rng, "abcdefg")
            told = await store.standing_answers(asked, limit=1000)
            assert {tuple(entity.id for entity in one.entities) for one in told} == set(answers(asked, oracle.graph()))
            assert [one.score for one in told] == sorted((one.score for one in told), reverse=True)
            assert all(step.evidence and step.holds for one in told for step in one.path)
        with pytest.raises(GraphBadQuery):
            await store.standing_answers(asked, limit=0)
        assert await store.standing_answers(question("nobody", "b"), limit=5) == []

    async def test_types_are_asked_of_what_has_no_name(self, store: GraphStore) -> None:
        types = {letter: participant(letter).type for letter in "bcdefg"}
        wanted = types["d"]
        await store.apply([document(1, 1, *(relation("a", letter) for letter in "bcefg"))])
        watch = watching_for(question("a", None, QuestionStep(type=EntityType(wanted))))
        await store.apply([document(2, 2, *(relation("a", letter, Predicate.BIND) for letter in "bcdefg"))], watch=watch)
        assert short(await discoveries(store)) == [(COMPLETED, f"a{letter}") for letter, kind in types.items() if kind == wanted]
