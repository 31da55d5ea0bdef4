"""The index of standing questions: what comes goes without a trace, and what it knows of other writers."""

import random

import pytest
from pydantic import ValidationError

from graphstore.watched import UNCOMMITTED, Counted, Filter, Seen, Watch
from processors.errors import RecordError
from processors.records import Predicate, Question, QuestionStep
from tests.graphstore.watch_oracle import random_question

ONE, TWO = Counted(1, 0, 0, 5), Counted(2, 0, 0, 9)


def parts(watch: Watch) -> list[object]:
    return [
        watch.questions,
        watch.pairs,
        watch.single,
        watch.double,
        watch.bridges,
        watch.chains,
        watch.first,
        watch.stepping,
        watch.strong,
        watch.inner,
        watch.near,
        watch.around,
        watch.used,
        watch.crossing,
        watch.ends,
        watch.strangers,
        watch.weighing,
        watch.changing,
    ]


def test_questions_that_are_withdrawn_leave_nothing_behind() -> None:
    rng, watch = random.Random(1), Watch()
    questions = [random_question(rng, "abcdef") for _ in range(300)]
    for question in questions:
        watch.put(question)
    assert len(watch) == 300
    edges = [(end, f"test:{letter}", "Bind", ONE) for end in watch.strangers for letter in "xyz"]
    watch.acquaint(sorted(watch.strangers), edges, 0)
    assert watch.strangers == set()
    assert watch.near.keys() >= {"test:x", "test:y", "test:z"}
    for question in rng.sample(questions, len(questions)):
        watch.remove(question.id)
        watch.remove(question.id)
    assert not any(parts(watch))


def test_a_question_of_the_same_id_takes_the_others_place() -> None:
    watch = Watch()
    step = QuestionStep()
    watch.put(Question.of("test:a", "test:b", (step, step), id="q"))
    watch.put(Question.of("test:a", "test:c", (step,), id="q"))
    assert len(watch) == 1
    assert watch.bridges == {}
    assert list(watch.pairs) == [("test:a", "test:c")]


def test_neighbours_are_counted_by_their_edges() -> None:
    watch, step = Watch(), QuestionStep()
    watch.put(Question.of("test:a", "test:c", (step, step), id="q"))
    edges = [("test:a", "test:b", "Bind", ONE), ("test:a", "test:b", "Association", ONE), ("test:c", "test:b", "Bind", ONE)]
    watch.acquaint(["test:a", "test:c"], edges, 7)
    assert watch.near == {"test:b": {"test:a": {"Bind": ONE, "Association": ONE}, "test:c": {"Bind": ONE}}}
    gone = [("test:a", "test:b", "Bind", None), ("test:c", "test:b", "Bind", None), ("test:c", "test:d", "Bind", None)]
    watch.learn(Seen([*gone, ("test:x", "test:b", "Bind", ONE)], {}, {}))
    assert watch.near == {"test:b": {"test:a": {"Association": ONE}}}
    watch.learn(Seen([("test:a", "test:b", "Association", None)], {"test:d": {"test:c": {"Bind": TWO}}}, {}))
    assert watch.near == {"test:d": {"test:c": {"Bind": TWO}}}
    watch.learn(Seen([("test:a", "test:d", "Bind", ONE), ("test:a", "test:d", "Bind", TWO)], {}, {}))
    assert watch.near == {"test:d": {"test:c": {"Bind": TWO}, "test:a": {"Bind": TWO}}}


def test_what_another_writer_changed_is_stale() -> None:
    watch = Watch()
    watch.acquaint([], [], UNCOMMITTED + 100)
    assert not watch.stale("test:b", 100)  # written long before the neighbours were read
    assert watch.stale("test:b", 101)  # perhaps committed after that
    watch.learn(Seen([], {}, {"test:b": 105}))
    assert not watch.stale("test:b", 105)
    assert watch.stale("test:b", 106)


@pytest.mark.parametrize(
    ("step", "predicate", "row", "fits"),
    [
        (QuestionStep(), "Bind", Counted(1, 0, 0, 0), True),
        (QuestionStep(), "Bind", Counted(0, 3, 3, 0), False),
        (QuestionStep(), "Bind", None, False),
        (QuestionStep(predicate=Predicate.BIND), "Association", Counted(1, 0, 0, 0), False),
        (QuestionStep(min_papers=2), "Bind", Counted(1, 0, 0, 0), False),
        (QuestionStep(polarity="negated"), "Bind", Counted(0, 1, 0, 0), True),
        (QuestionStep(polarity="speculated", min_papers=2), "Bind", Counted(9, 1, 2, 0), True),
        (QuestionStep(min_confidence=0.5), "Bind", Counted(1, 0, 0, 1), False),
        (QuestionStep(min_confidence=0.5), "Bind", Counted(1, 0, 0, 90_000_000), True),
    ],
)
def test_filter(step: QuestionStep, predicate: str, row: Counted | None, fits: bool) -> None:
    assert Filter.of(step).fits(predicate, row) is fits


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"end": "test:b", "steps": [{}] * 4}, "4 steps between two entities: at most 3"),
        ({"end": "test:b", "max_hops": 4}, "4 steps between two entities: at most 3"),
        ({"steps": [{}] * 3}, "3 steps to no named end: at most 2"),
        ({"end": "test:a"}, "both ends are test:a"),
        ({"start": "NoCurie", "end": "test:b"}, "start"),
        ({"end": "not a curie"}, "end"),
        ({"end": "test:b", "steps": [{"type": "Gene"}]}, "its own type"),
        ({"steps": [{"polarity": "negated", "min_confidence": 0.5}]}, "least confidence"),
        ({"steps": [{"min_papers": 0}]}, "min_papers"),
        ({"steps": [{"min_confidence": 1.5}]}, "min_confidence"),
        ({"id": "", "end": "test:b"}, "id is empty"),
        ({"id": "a\nb", "end": "test:b"}, "control character"),
        ({"id": "x" * 201, "end": "test:b"}, "longer than 200"),
        ({"start": None, "end": "test:b"}, "start"),
    ],
)
def test_what_cannot_be_watched_is_refused(fields: dict, told: str) -> None:
    import json

    value = {"schema": "biorelay.question/1", "id": "q", "start": "test:a"} | fields
    with pytest.raises(ValidationError):
        Question.model_validate(value)
    with pytest.raises(RecordError, match=told):
        Question.from_bytes(json.dumps(value).encode())


def test_an_id_follows_from_what_is_asked() -> None:
    step = QuestionStep(min_papers=2)
    one, same = (Question.of("test:a", "test:b", (step,), label=label) for label in ("x", "y"))
    assert one.id == same.id
    assert one.id != Question.of("test:a", "test:b", (QuestionStep(),)).id
    assert Question.from_bytes(one.to_bytes()) == one
