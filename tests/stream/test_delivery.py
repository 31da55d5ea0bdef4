"""The delivery policy where no broker can be made to produce the case: a step and a sender that fail as told."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    TopicAuthorizationFailedError,
)

from graphstore.errors import GraphError, GraphLocked, GraphOutOfMemory, GraphTimeout, GraphUnavailable
from models.runtime.errors import BiorelayError
from processors.errors import NotJson, RecordTooLarge
from stream import headers
from stream.errors import AccessDenied, BrokerRefused, WorkerCrashed
from stream.journal import Journal
from stream.messages import Inbound, Outbound
from stream.settings import Stage
from stream.steps import Answer

from .bench import Bench, inbound


def ok(keys: list[str]) -> list[Any]:
    return [Answer(key.encode(), "ok") for key in keys]


def once(error: Exception, then: Callable[[list[str]], list[Any]] = ok, times: int = 1) -> Callable[[list[str]], list[Any]]:
    left = [times]

    def act(keys: list[str]) -> list[Any]:
        if left[0]:
            left[0] -= 1
            raise error
        return then(keys)

    return act


async def test_answers_go_out_in_order_with_revision_and_time(bench: Callable[..., Bench]) -> None:
    it = bench(ok)
    await it.delivery.settle([inbound(n, headers=()) for n in (3, 4, 5)])
    assert [(m.key, m.value, m.partition) for m in it.box.sent] == [(b"pubmed:%d" % n, b"pubmed:%d" % n, 0) for n in (3, 4, 5)]
    assert it.box.sent[0].headers[:2] == ((headers.REVISION, b"0:3"), (headers.PUBLISHED_AT, b"1003"))
    assert it.box.tries == 1


async def test_a_publisher_may_claim_to_be_older_but_never_newer(bench: Callable[..., Bench]) -> None:
    it = bench(ok, epoch=2)
    claims = [b"2:1", b"1:99", b"2:99", b"3:0", b"nonsense"]
    await it.delivery.settle([inbound(10 + n, headers=((headers.REVISION, claim),)) for n, claim in enumerate(claims)])
    assert [headers.get(m.headers, headers.REVISION) for m in it.box.sent] == ["2:1", "1:99", "2:12", "2:13", "2:14"]


@pytest.mark.parametrize("error", [GraphUnavailable("away"), ConnectionResetError("away"), TimeoutError(), OSError(28, "No space left")])
async def test_a_neighbour_that_is_away_is_waited_for(bench: Callable[..., Bench], error: Exception) -> None:
    it = bench(once(error, times=5), Stage.GRAPH)
    await it.delivery.settle([inbound(n, "relations") for n in range(4)])
    assert len(it.step.batches) == 6
    assert all(batch == it.step.batches[0] for batch in it.step.batches)
    assert it.box.sent == []
    assert len(it.slept) == 5
    assert it.slept[-1] > it.slept[0]
    assert max(it.slept) <= 4
    assert it.value("biorelay_waiting", stage="graph") == 0
    code = error.code if isinstance(error, BiorelayError) else "stream.resource-away"
    assert it.value("biorelay_retries_total", stage="graph", code=code) == 5


async def test_waiting_shows_and_counts_as_alive(bench: Callable[..., Bench]) -> None:
    it = bench(once(GraphUnavailable("away"), times=10**9), Stage.GRAPH, stages=(Stage.GRAPH,))
    running = asyncio.ensure_future(it.delivery.settle([inbound(1, "relations")]))
    await asyncio.wait_for(it.waits.wait(), 10)
    it.metrics.lag(Stage.GRAPH, 1, commit_age=10_000)
    assert it.value("biorelay_waiting", stage="graph") == 1
    assert it.metrics.health() == {}
    assert it.metrics.readiness()["graph"] == "waits: graph.unavailable"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    it.metrics.back(Stage.GRAPH)
    assert "graph" in it.metrics.health()


@pytest.mark.parametrize("error", [ValueError("a bug"), GraphError("refused statement"), NotJson("bad"), MemoryError(), RecursionError()])
async def test_a_failing_batch_is_halved_until_the_guilty_document_stands_alone(bench: Callable[..., Bench], error: Exception) -> None:
    def act(keys: list[str]) -> list[Any]:
        if "pubmed:5" in keys:
            raise error
        return ok(keys)

    it = bench(act, Stage.GRAPH)
    await it.delivery.settle([inbound(n, "relations") for n in range(16)])
    assert ["pubmed:5"] in it.step.batches
    assert len(it.step.batches) == 8
    done = {key for batch in it.step.batches if "pubmed:5" not in batch for key in batch}
    assert len(done) == 15
    assert it.step.failed == ["pubmed:5"]
    [letter] = it.box.sent
    assert (letter.topic, letter.key, letter.value) == ("biorelay.dead-letters", b"pubmed:5", b"v5")
    told = dict(letter.headers)
    assert told[headers.ERROR_CODE].decode() == (error.code if type(error) in {GraphError, NotJson} else "stream.unexpected")
    assert (told[headers.TOPIC], told[headers.PARTITION], told[headers.OFFSET]) == (b"biorelay.relations", b"0", b"5")
    assert (told[headers.REVISION], told[headers.ATTEMPTS], told[headers.SOFTWARE]) == (b"0:5", b"1", b"1.0")


async def test_one_document_s_error_costs_no_second_run_of_the_others(bench: Callable[..., Bench]) -> None:
    it = bench(lambda keys: [NotJson("bad") if key == "pubmed:2" else Answer(b"a", "ok") for key in keys])
    await it.delivery.settle([inbound(n) for n in range(4)])
    assert len(it.step.batches) == 1
    assert [m.topic for m in it.box.sent] == [f"biorelay.{t}" for t in ("entities", "entities", "dead-letters", "entities", "entities")]
    assert it.box.sent[3].value == b"failed"
    assert it.value("biorelay_documents_total", stage="ner", outcome="ok") == 3
    assert it.value("biorelay_documents_total", stage="ner", outcome="dead-letter") == 1
    assert it.value("biorelay_dead_letters_total", stage="ner", code="record.not-json") == 1


async def test_a_worker_that_is_set_up_wrongly_stops_with_nothing_sent(bench: Callable[..., Bench]) -> None:
    it = bench(once(GraphLocked("open elsewhere")), Stage.GRAPH)
    with pytest.raises(GraphLocked):
        await it.delivery.settle([inbound(n, "relations") for n in range(4)])
    assert it.box.sent == []


async def test_a_graph_that_refuses_even_the_empty_answer_stops_the_worker(bench: Callable[..., Bench]) -> None:
    it = bench(once(GraphError("corrupt"), times=10**9), Stage.GRAPH)
    it.step.fail_error = GraphError("corrupt")
    with pytest.raises(WorkerCrashed):
        await it.delivery.settle([inbound(n, "relations") for n in range(8)])
    assert it.box.sent == []


async def test_a_transaction_that_is_too_long_gets_shorter(bench: Callable[..., Bench]) -> None:
    def act(keys: list[str]) -> list[Any]:
        if len(keys) > 2:
            raise GraphTimeout("too long")
        return ok(keys)

    it = bench(act, Stage.GRAPH)
    await it.delivery.settle([inbound(n, "relations") for n in range(8)])
    assert [len(batch) for batch in it.step.batches] == [8, 4, 2, 2, 4, 2, 2]
    assert it.slept == []


@pytest.mark.parametrize("error", [KafkaTimeoutError(), KafkaConnectionError(), NotLeaderForPartitionError(), ConnectionResetError()])
async def test_a_broker_that_is_away_gets_the_whole_batch_again(bench: Callable[..., Bench], error: Exception) -> None:
    it = bench(ok)
    it.box.errors = [lambda m: error if m.key == b"pubmed:2" else None, lambda _: error]
    await it.delivery.settle([inbound(n) for n in range(4)])
    assert it.box.tries == 3
    assert [m.key for m in it.box.sent[-4:]] == [b"pubmed:%d" % n for n in range(4)]
    assert len(it.step.batches) == 1
    assert it.value("biorelay_retries_total", stage="ner", code="stream.broker-unreachable") == 2
    assert it.sent("dead-letters") == []


async def test_a_broker_that_forbids_stops_the_worker(bench: Callable[..., Bench]) -> None:
    it = bench(ok)
    it.box.errors = [lambda _: TopicAuthorizationFailedError()]
    with pytest.raises(AccessDenied):
        await it.delivery.settle([inbound(1)])


async def test_an_answer_that_no_topic_takes_is_set_aside_and_its_neighbours_are_not(bench: Callable[..., Bench]) -> None:
    def refuses(message: Outbound) -> BaseException | None:
        return MessageSizeTooLargeError() if message.value == b"pubmed:2" else None

    it = bench(ok)
    it.box.errors = [lambda _: MessageSizeTooLargeError(), refuses, refuses, refuses, refuses]
    await it.delivery.settle([inbound(n) for n in range(4)])
    assert {m.key: m.value for m in it.sent("entities")} == {
        b"pubmed:0": b"pubmed:0",
        b"pubmed:1": b"pubmed:1",
        b"pubmed:2": b"failed",
        b"pubmed:3": b"pubmed:3",
    }
    [letter] = it.sent("dead-letters")
    assert (letter.value, dict(letter.headers)[headers.ERROR_CODE]) == (b"v2", b"stream.too-large")


async def test_a_dead_letter_that_no_topic_takes_is_cut_and_then_gives_up(bench: Callable[..., Bench]) -> None:
    def small(limit: int) -> Callable[[Outbound], BaseException | None]:
        return lambda m: MessageSizeTooLargeError() if len(m.value or b"") > limit else None

    it = bench(lambda keys: [NotJson("bad") for _ in keys])
    it.box.errors = [small(50)] * 20
    await it.delivery.settle([inbound(1, value=bytes(10_000))])
    [letter] = it.sent("dead-letters")
    assert (len(letter.value or b""), dict(letter.headers)[headers.CUT_FROM]) == (39, b"10000")
    it.box.errors = [lambda _: MessageSizeTooLargeError()] * 20
    with pytest.raises(BrokerRefused):
        await it.delivery.settle([inbound(2)])


async def test_many_headers_do_not_make_a_dead_letter_too_large(bench: Callable[..., Bench]) -> None:
    it = bench(lambda keys: [NotJson("bad") for _ in keys])
    many = tuple((f"h{n}", bytes(10_000)) for n in range(100))
    await it.delivery.settle([inbound(1, headers=(*many, (headers.ERROR_CODE, b"a lie")))])
    [letter] = it.sent("dead-letters")
    assert sum(name.startswith("h") for name, _ in letter.headers) == 6
    assert [value for name, value in letter.headers if name == headers.ERROR_CODE] == [b"record.not-json"]


async def test_suspects_run_alone_and_killers_not_at_all(bench: Callable[..., Bench], journal: Journal, tmp_path: Path) -> None:
    killer, suspect = inbound(1), inbound(2)
    for message, deaths in ((killer, 3), (suspect, 1)):
        for _ in range(deaths):
            with Journal(tmp_path / "attempts2") as doomed:
                doomed.begin(message)
    it = bench(ok)
    with Journal(tmp_path / "attempts2") as after:
        it.delivery._journal = after
        await it.delivery.settle([inbound(0), killer, suspect, inbound(3)])
    assert it.step.batches == [["pubmed:0", "pubmed:3"], ["pubmed:2"]]
    [letter] = it.sent("dead-letters")
    assert (letter.key, dict(letter.headers)[headers.ERROR_CODE]) == (b"pubmed:1", b"stream.killed-worker")
    assert dict(letter.headers)[headers.ATTEMPTS] == b"3"
    assert [m.key for m in it.sent("entities")] == [b"pubmed:0", b"pubmed:1", b"pubmed:2", b"pubmed:3"]


class Stream:
    """As much of a Faust stream as the delivery asks for: between two batches it waits until the first is acknowledged."""

    enable_acks = True

    def __init__(self, batches: list[list[Inbound]], happened: list[str]) -> None:
        self._batches = batches
        self._happened = happened
        self._settled = asyncio.Event()

    async def events(self) -> Any:
        for batch in self._batches:
            for message in batch:
                assert not self.enable_acks
                yield Event(message)
            await self._settled.wait()
            self._settled.clear()

    async def ack(self, event: "Event") -> None:
        self._happened.append(f"ack {event.message.offset}")
        if any(event.message.offset == batch[-1].offset for batch in self._batches):
            self._settled.set()


class Event:
    def __init__(self, message: Inbound) -> None:
        self.message = FaustMessage(message)


class FaustMessage:
    def __init__(self, message: Inbound) -> None:
        self.topic, self.partition, self.offset = message.topic, message.partition, message.offset
        self.timestamp = message.timestamp / 1000
        self.key, self.value, self.headers = message.key, message.value, dict(message.headers)


async def test_nothing_is_acknowledged_before_its_answers_are_safe(bench: Callable[..., Bench]) -> None:
    it = bench(ok)
    happened: list[str] = []
    real = it.box.send

    async def send(messages: Sequence[Outbound]) -> list[BaseException | None]:
        results = await real(messages)
        happened.extend("refused" if result else f"sent {message.key!r}" for message, result in zip(messages, results, strict=True))
        return results

    it.box.send = send  # type: ignore[method-assign]
    it.box.errors = [lambda _: KafkaTimeoutError()]
    await it.delivery.run(Stream([[inbound(1), inbound(2)], [inbound(3)]], happened))
    assert happened == ["refused", "refused", "sent b'pubmed:1'", "sent b'pubmed:2'", "ack 1", "ack 2", "sent b'pubmed:3'", "ack 3"]


async def test_after_a_stop_nothing_of_the_batch_is_acknowledged(bench: Callable[..., Bench]) -> None:
    it = bench(once(GraphLocked("elsewhere")), Stage.GRAPH)
    happened: list[str] = []
    with pytest.raises(GraphLocked):
        await it.delivery.run(Stream([[inbound(1, "relations")]], happened))
    assert happened == []


async def test_dead_letters_name_what_happened_in_the_log(bench: Callable[..., Bench], caplog: pytest.LogCaptureFixture) -> None:
    it = bench(lambda keys: [ValueError("odd\x00thing") for _ in keys])
    with caplog.at_level(logging.ERROR):
        await it.delivery.settle([inbound(7)])
    assert "biorelay.abstracts[0]@7" in caplog.text
    assert "stream.unexpected" in caplog.text


async def test_a_document_that_failed_a_batch_is_tried_alone_from_then_on(bench: Callable[..., Bench]) -> None:
    """A loop of the same poison costs its own attempt each time, and its neighbours go through in one."""

    def act(keys: list[str]) -> list[Any]:
        if "pubmed:5" in keys:
            raise ValueError("a bug")
        return ok(keys)

    it = bench(act, Stage.GRAPH)
    for _ in range(3):
        it.step.batches.clear()
        await it.delivery.settle([inbound(n, "relations") for n in range(64)])
    assert [len(batch) for batch in it.step.batches] == [63, 1]
    assert len(it.sent("dead-letters")) == 3
    it.step._act = ok  # mended
    await it.delivery.settle([inbound(5, "relations")])
    it.step.batches.clear()
    await it.delivery.settle([inbound(n, "relations") for n in range(64)])
    assert [len(batch) for batch in it.step.batches] == [64]


async def test_only_so_many_guilty_documents_are_remembered(bench: Callable[..., Bench]) -> None:
    def act(keys: list[str]) -> list[Any]:
        raise ValueError("a bug")

    it = bench(act, Stage.GRAPH)
    for first in range(0, 1200, 60):
        await it.delivery.settle([inbound(first + n, "relations") for n in range(60)])
    assert len(it.delivery._guilty) == 1000
    assert len(it.sent("dead-letters")) == 1200


@pytest.mark.parametrize(("error", "tries"), [(GraphTimeout("too long"), 5), (GraphOutOfMemory("no room"), 30)])
async def test_one_document_that_is_too_much_holds_up_its_partition_for_a_while_only(
    bench: Callable[..., Bench], error: Exception, tries: int
) -> None:
    def act(keys: list[str]) -> list[Any]:
        if "pubmed:2" in keys:
            raise error
        return ok(keys)

    it = bench(act, Stage.GRAPH)
    await it.delivery.settle([inbound(n, "relations") for n in range(4)])
    assert it.step.batches.count(["pubmed:2"]) == tries
    assert it.step.failed == ["pubmed:2"]
    [letter] = it.sent("dead-letters")
    assert dict(letter.headers)[headers.ERROR_CODE].decode() == error.code  # type: ignore[attr-defined]
    assert (it.value("biorelay_limits_total", limit="graph.write_timeout_s") > 0) is isinstance(error, GraphTimeout)


async def test_a_graph_that_takes_not_even_an_empty_answer_in_time_is_waited_for(bench: Callable[..., Bench]) -> None:
    it = bench(once(GraphTimeout("too long"), times=5), Stage.GRAPH)
    left = [40]

    async def fail(tasks: Any) -> list[Answer]:
        if left[0]:
            left[0] -= 1
            raise GraphTimeout("too long")
        return [Answer(None, "failed") for _ in tasks]

    it.step.fail = fail  # type: ignore[method-assign]
    await it.delivery.settle([inbound(1, "relations")])
    assert left == [0]
    assert len(it.sent("dead-letters")) == 1


async def test_timeouts_between_other_outages_are_no_document_s_fault(bench: Callable[..., Bench]) -> None:
    errors = [GraphTimeout("too long"), GraphTimeout("too long"), GraphUnavailable("away")] * 20

    def act(keys: list[str]) -> list[Any]:
        if errors:
            raise errors.pop()
        return ok(keys)

    it = bench(act, Stage.GRAPH)
    await it.delivery.settle([inbound(1, "relations")])
    assert it.sent("dead-letters") == []


async def test_an_empty_answer_that_the_step_gave_is_not_asked_for_again(bench: Callable[..., Bench]) -> None:
    it = bench(lambda keys: [Answer(b"empty", "failed", error=RecordTooLarge("large", limit="limits.document_bytes")) for _ in keys])
    await it.delivery.settle([inbound(1)])
    assert it.step.failed == []
    assert [(m.topic, m.value) for m in it.box.sent] == [("biorelay.dead-letters", b"v1"), ("biorelay.entities", b"empty")]
    assert it.value("biorelay_limits_total", limit="limits.document_bytes") == 1


async def test_a_flood_of_poison_does_not_fill_the_log(bench: Callable[..., Bench], caplog: pytest.LogCaptureFixture) -> None:
    it = bench(lambda keys: [ValueError("odd") for _ in keys])
    with caplog.at_level(logging.ERROR):
        for first in range(0, 640, 64):
            await it.delivery.settle([inbound(first + n) for n in range(64)])
    assert len(it.sent("dead-letters")) == 640
    assert len(caplog.records) == 20
