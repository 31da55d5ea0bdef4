"""What a worker tells, and when it counts as alive and ready."""

import asyncio
import json
import logging
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from models.runtime.effort import Effort, Lookups
from processors.records import Discovery, DiscoveryKind
from stream import StreamSettings
from stream.endpoint import Endpoint, EndpointTaken
from stream.errors import DocumentHangs
from stream.journal import Journal
from stream.lag import StageLag
from stream.messages import Inbound
from stream.metrics import Metrics
from stream.quiet import quiet
from stream.settings import Stage
from stream.watch import CommitAges, overdue

from .dictionary import DictionaryExtractor
from .kit import abstract


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    return Metrics(StreamSettings(data_dir=tmp_path))


@pytest.fixture
def endpoint(metrics: Metrics) -> Iterator[Endpoint]:
    with Endpoint(metrics, "127.0.0.1", 0) as endpoint:
        yield endpoint


def get(endpoint: Endpoint, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{endpoint.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def answers(endpoint: Endpoint) -> bool:
    try:
        return get(endpoint, "/healthz")[0] == 200
    except OSError:
        return False


def test_ready_once_every_part_is(metrics: Metrics, endpoint: Endpoint) -> None:
    status, body = get(endpoint, "/readyz")
    assert (status, set(json.loads(body)["wrong"])) == (503, {"broker", "model", "graph"})
    for part in ("broker", "model", "graph"):
        metrics.ready(part, True)
    assert get(endpoint, "/readyz?x=1") == (200, '{"status": "ok", "wrong": {}}')
    metrics.away(Stage.GRAPH, "graph.unavailable")
    assert json.loads(get(endpoint, "/readyz")[1])["wrong"] == {"graph": "waits: graph.unavailable"}
    assert get(endpoint, "/healthz")[0] == 200


def test_not_alive_while_the_loop_stands_still(metrics: Metrics, endpoint: Endpoint) -> None:
    metrics.beat()
    assert get(endpoint, "/healthz")[0] == 200
    metrics._beat -= 60
    status, body = get(endpoint, "/healthz")
    assert (status, "loop" in json.loads(body)["wrong"]) == (503, True)
    metrics.beat()
    assert get(endpoint, "/healthz")[0] == 200


def test_not_alive_while_commits_are_stuck(metrics: Metrics, endpoint: Endpoint) -> None:
    metrics.lag(Stage.NER, 10, commit_age=299)
    assert get(endpoint, "/healthz")[0] == 200
    metrics.lag(Stage.NER, 10, commit_age=301)
    assert "ner" in json.loads(get(endpoint, "/healthz")[1])["wrong"]


def test_every_series_of_the_dashboard_is_told(metrics: Metrics, endpoint: Endpoint) -> None:
    metrics.dead_letters.labels(Stage.NER, "record.not-json").inc()
    metrics.retries.labels(Stage.GRAPH, "graph.unavailable").inc()
    metrics.model_info.labels("relay@1", "1", "0.1").set(1)
    metrics.provider.labels("cuda").set(1)
    metrics.relations.labels("Association").inc()
    metrics.inference.labels(Stage.NER).observe(0.1)
    metrics.retractions.labels("list").inc()
    text = get(endpoint, "/metrics")[1]
    for series in (
        'biorelay_documents_total{outcome="ok",stage="ner"} 0.0',
        'biorelay_relations_total{predicate="Association"} 1.0',
        'biorelay_retractions_total{by="list"} 1.0',
        'biorelay_retractions_total{by="notice"} 0.0',
        'biorelay_inference_seconds_bucket{le="0.1",stage="ner"} 1.0',
        "biorelay_graph_write_seconds_count 0.0",
        "biorelay_discovery_delay_seconds_count 0.0",
        "biorelay_publish_to_queryable_seconds_count 0.0",
        'biorelay_lag_messages{stage="graph"} 0.0',
        'biorelay_lag_seconds{stage="graph"} 0.0',
        'biorelay_commit_age_seconds{stage="ner"} 0.0',
        'biorelay_waiting{stage="ner"} 0.0',
        'biorelay_dead_letters_total{code="record.not-json",stage="ner"} 1.0',
        'biorelay_retries_total{code="graph.unavailable",stage="graph"} 1.0',
        'biorelay_model_info{generation="1",model="relay@1",software="0.1"} 1.0',
        'biorelay_provider{provider="cuda"} 1.0',
    ):
        assert series in text
    assert get(endpoint, "/")[0] == 404


def test_what_is_told_is_counted_and_timed(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream.metrics.time.time", lambda: 100.0)
    one = Discovery(id="1", question="q", path=(), score=1.0, document="pubmed:1", kind=DiscoveryKind.BROKEN)
    metrics.tell([(one, 99.7), (one, 101.0), (one, 0.0)])  # a clock that runs ahead, and an outbox of an older version

    def told(series: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(series, labels)

    assert told("biorelay_discoveries_total", kind="broken") == 3
    assert told("biorelay_discovery_delay_seconds_count") == 2
    assert told("biorelay_discovery_delay_seconds_bucket", le="0.25") == 1
    assert told("biorelay_discovery_delay_seconds_bucket", le="0.5") == 2


def test_mentions_and_relations_are_counted_as_they_are(metrics: Metrics) -> None:
    extractor = DictionaryExtractor()
    entities = extractor.entities(abstract(1))
    [unknown, *known] = entities.mentions
    local = unknown.model_copy(update={"identifiers": ("local:pubmed:1#Chemical:x",)})
    metrics.mentioned([local, *known])
    relations = extractor.relations(entities).relations
    metrics.found(relations)

    def told(series: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(series, labels)

    linked = [told("biorelay_mentions_total", type=kind, linked="yes") or 0 for kind in ("Chemical", "Disease")]
    assert sum(linked) == len(known) > 0
    assert told("biorelay_mentions_total", type=unknown.type, linked="no") == 1
    assert told("biorelay_mentions_total", type="Variant", linked="no") == 0  # there before the first, so that a rate begins at nought
    assert told("biorelay_relations_total", predicate="Association") == len(relations) > 0
    assert told("biorelay_relation_probability_count") == len(relations)
    assert told("biorelay_relation_probability_bucket", le="0.7") == 0
    assert told("biorelay_relation_probability_bucket", le="0.8") == len(relations)


def test_the_newest_that_went_well_is_told(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream.metrics.time.time", lambda: 1000.0)

    def newest(stage: str = "graph") -> float | None:
        return metrics.registry.get_sample_value("biorelay_newest_settled_timestamp_seconds", {"stage": stage})

    metrics.settled(Stage.GRAPH)  # a batch of which nothing went well
    assert newest() is None
    metrics.settled(Stage.GRAPH, 900_500)
    metrics.settled(Stage.GRAPH, 800_000)  # an older one that was read again
    assert newest() == 900.5
    metrics.settled(Stage.GRAPH, 10**18)  # by a clock that is wrong
    assert newest() == 1000
    assert newest("ner") is None


def test_an_extractor_s_sums_are_told_as_they_are_when_asked(metrics: Metrics) -> None:
    def told(series: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(series, labels)

    assert told("biorelay_tokens_total") == 0  # a worker of the graph alone has none
    metrics.effort.read = lambda: Effort(
        batches=2,
        windows=3,
        tokens=700,
        computed=768,
        encoding_seconds=1.5,
        linking_seconds=0.25,
        caches={"encodings": Lookups(3, 4), "names": Lookups(50, 6)},
        shadow={("relations", "both"): 7, ("mentions", "shadow"): 1},
    )
    assert [told(f"biorelay_{name}_total") for name in ("batches", "windows", "tokens", "computed_tokens")] == [2, 3, 700, 768]
    assert [told("biorelay_step_seconds_total", step=step) for step in ("encoding", "linking")] == [1.5, 0.25]
    assert told("biorelay_cache_lookups_total", cache="encodings", result="miss") == 4
    assert told("biorelay_cache_lookups_total", cache="names", result="hit") == 50
    assert told("biorelay_shadow_findings_total", what="relations", found="both") == 7
    assert told("biorelay_shadow_findings_total", what="relations", found="served") == 0
    assert "# TYPE biorelay_tokens_total counter" in metrics.exposition().decode()


def test_labels_are_few(metrics: Metrics) -> None:
    """What one worker tells before it has met an error: bounded, whatever documents come."""
    assert sum(len(family.samples) for family in metrics.registry.collect()) < 400


def test_who_asks_all_the_time_is_told_to_ask_less_often(metrics: Metrics) -> None:
    with Endpoint(metrics, "127.0.0.1", 0, per_second=0.001) as endpoint:
        statuses = [get(endpoint, "/healthz")[0] for _ in range(10)]
    assert statuses == [200] + [429] * 9
    assert metrics.registry.get_sample_value("biorelay_limits_total", {"limit": "limits.requests_per_s"}) == 9


def test_connections_past_the_limit_are_closed_and_the_others_go_on(metrics: Metrics) -> None:
    with Endpoint(metrics, "127.0.0.1", 0) as endpoint, ExitStack() as stack:
        for _ in range(40):  # they say nothing
            stack.enter_context(socket.create_connection(("127.0.0.1", endpoint.port), timeout=10))
        late = stack.enter_context(socket.create_connection(("127.0.0.1", endpoint.port), timeout=10))
        assert late.recv(10) == b""
        threads = [thread for thread in threading.enumerate() if "process_request_thread" in thread.name]
        assert len(threads) <= 32
        stack.close()
        deadline = time.monotonic() + 30
        while not (answered := answers(endpoint)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert answered


async def test_a_document_that_hangs_ends_the_worker(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        watching = asyncio.ensure_future(overdue(journal, 0.5))
        await asyncio.sleep(1.5)
        assert not watching.done()
        journal.begin(Inbound("biorelay.abstracts", 2, 7, 1, b"pubmed:1", b""))
        with pytest.raises(DocumentHangs, match=r"biorelay\.abstracts\|2\|7"):
            await asyncio.wait_for(watching, 30)


def test_an_address_in_use_is_said(metrics: Metrics, endpoint: Endpoint) -> None:
    with pytest.raises(EndpointTaken, match=str(endpoint.port)), Endpoint(metrics, "127.0.0.1", endpoint.port):
        pass


def test_lag_in_seconds_is_the_oldest_document_s_age(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("stream.metrics.time.time", lambda: now[0])

    def seconds() -> float:
        return metrics.registry.get_sample_value("biorelay_lag_seconds", {"stage": "ner"}) or 0.0

    metrics.take(Stage.NER, 990_000)
    metrics.lag(Stage.NER, 3, 0)
    assert seconds() == 10
    metrics.settled(Stage.NER)
    metrics.lag(Stage.NER, 2, 0)
    now[0] = 1005
    metrics.lag(Stage.NER, 2, 0)
    assert seconds() == 5
    metrics.lag(Stage.NER, 0, 0)
    assert seconds() == 0


def test_only_what_waits_and_does_not_move_gets_old(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("stream.watch.time.monotonic", lambda: now[0])
    ages = CommitAges()

    def look(first: int, second: int, waiting: set[int]) -> float:
        now[0] += 10
        return ages.look(StageLag(Stage.NER, {}, {0: first, 1: second}, {}), waiting)

    assert look(5, 5, {0, 1}) == 0
    assert look(5, 6, {0, 1}) == 10
    assert look(5, 7, {0, 1}) == 20
    assert look(6, 7, {0, 1}) == 10
    assert look(6, 7, set()) == 0
    assert look(6, 7, {0}) == 10
    ages.forget()
    assert look(6, 7, {0}) == 0


def test_client_libraries_cannot_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    noisy, ours = logging.getLogger("aiokafka.conn"), logging.getLogger("stream.delivery")
    handler = logging.getLogger()
    seen: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.name)

    keep = Keep()
    handler.addHandler(keep)
    try:
        with quiet():
            for attempt in range(100):
                noisy.error("no connection %d", attempt)
                ours.error("waits %d", attempt)
        noisy.error("no connection")
    finally:
        handler.removeHandler(keep)
    assert seen.count("aiokafka.conn") == 2
    assert seen.count("stream.delivery") == 100


def test_only_the_stages_at_work_must_be_ready(tmp_path: Path) -> None:
    settings = StreamSettings(data_dir=tmp_path)
    assert set(Metrics(replace(settings, stages=(Stage.GRAPH,))).readiness()) == {"broker", "graph"}
    assert set(Metrics(replace(settings, stages=(Stage.NER,))).readiness()) == {"broker", "model"}
