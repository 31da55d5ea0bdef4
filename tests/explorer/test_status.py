"""The status page: what real workers' endpoints say, what is missed, what an hour comes to."""

import asyncio
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from biorelay.explorer import scraping
from biorelay.explorer.app import create_app
from biorelay.explorer.history import History
from biorelay.explorer.scraping import Scraped, Scraper
from biorelay.explorer.status import EVERY_S, Watcher
from biorelay.settings import changed, load_settings
from deploy.local.service import free_ports
from models.runtime.effort import Effort
from stream import StreamSettings
from stream.endpoint import Endpoint
from stream.metrics import Metrics
from stream.settings import Stage
from tests.serving import serving
from tests.stream.dictionary import DictionaryExtractor
from tests.stream.kit import abstract

NOW = 1_700_000_000.0


@pytest.fixture
def metrics(tmp_path: Path) -> Metrics:
    metrics = Metrics(StreamSettings(data_dir=tmp_path))
    metrics.model_info.labels("relay-mini@4", "4", "0.1.0").set(1)
    metrics.vocabulary_info.labels("vocabulary@2").set(1)
    metrics.provider.labels("cpu").set(1)
    return metrics


@pytest.fixture
def worker(metrics: Metrics) -> Iterator[str]:
    with Endpoint(metrics, "127.0.0.1", 0) as endpoint:
        yield f"http://127.0.0.1:{endpoint.port}"


def work(metrics: Metrics, documents: int) -> None:
    """As much as a worker tells of some documents."""
    extractor = DictionaryExtractor()
    for number in range(documents):
        entities = extractor.entities(abstract(number))
        metrics.mentioned(entities.mentions)
        metrics.found(extractor.relations(entities).relations)
        for stage in Stage:
            metrics.documents.labels(stage, "ok").inc()
            metrics.settled(stage, int(time.time() * 1000) - 2000)
        metrics.freshness.observe(3.0)


async def test_two_looks_at_a_real_worker(metrics: Metrics, worker: str) -> None:
    watcher = Watcher([worker])
    work(metrics, 5)  # before anybody looked: of another's past nothing is known
    await watcher.look()
    first = watcher.status()
    assert (first.abstracts, first.documents_per_second) == (0, None)
    assert first.behind_seconds == 0
    work(metrics, 10)
    metrics.effort.read = lambda: Effort(tokens=3000)
    metrics.dead_letters.labels(Stage.NER, "record.not-json").inc(2)
    metrics.away(Stage.GRAPH, "graph.unavailable")
    metrics.take(Stage.NER, int(time.time() * 1000) - 90_000)
    metrics.lag(Stage.NER, 40, 0)
    await asyncio.sleep(0.05)
    await watcher.look()
    status = watcher.status()
    assert status.abstracts == 10
    assert status.documents_per_second == pytest.approx(10 / status.watched_seconds)
    assert status.tokens_per_second == pytest.approx(3000 / status.watched_seconds)
    assert 89 < (status.behind_seconds or 0) < 120
    assert 1.5 < (status.newest_seconds or 0) < 60
    assert 2.5 < (status.freshness_p95_seconds or 0) <= 5
    assert status.fresh_share == 1
    ner, relations, graph = status.stages
    assert (ner.stage, ner.behind_messages, ner.set_aside, ner.waits) == ("ner", 40, 2, False)
    assert (graph.waits, graph.waits_for) == (True, "graph.unavailable")
    assert not relations.waits
    assert [(each.stage, each.code, each.count) for each in status.dead_letters] == [("ner", "record.not-json", 2)]
    assert status.relations[0].predicate == "Association"
    assert status.relations[0].per_thousand == pytest.approx(100 * status.relations[0].count)
    assert {each.type: each.share for each in status.unlinked}["Disease"] == 0
    [one] = status.workers
    assert (one.answers, one.stages, one.model, one.generation) == (True, ["ner", "relations", "graph"], "relay-mini@4", "4")
    assert (one.vocabulary, one.provider) == ("vocabulary@2", "cpu")
    assert [said.level for said in status.said] == ["bad", "warn"]
    assert "graph.unavailable" in status.said[0].text
    assert "2 messages were set aside" in status.said[1].text
    assert len(status.course.at) == len(status.course.behind_seconds) == len(status.course.documents_per_second) == 2
    metrics.back(Stage.GRAPH)
    await watcher.look()
    assert [said.level for said in watcher.status().said] == ["warn"]


async def test_who_does_not_answer_is_named_and_the_others_are_told(metrics: Metrics, worker: str) -> None:
    (unused_port,) = free_ports(1)
    gone = f"http://127.0.0.1:{unused_port}"
    watcher = Watcher([gone, worker])
    await watcher.look()
    status = watcher.status()
    assert [(each.address, each.answers) for each in status.workers] == [(gone, False), (worker, True)]
    assert status.workers[0].problem == "cannot be reached: Connection refused"
    assert status.said[0].text == "1 of 2 workers do not answer."
    alone = Watcher([gone])
    await alone.look()
    assert alone.status().said[0].level == "bad"
    assert alone.status().behind_seconds is None
    assert alone.status().course.behind_seconds == [None]
    nobody = Watcher([])
    await nobody.look()
    assert nobody.status().said[0].text == "Not looked yet."


class Odd(BaseHTTPRequestHandler):
    """What no worker answers."""

    def do_GET(self) -> None:
        body = {"/html": b"<script>alert(1)</script>", "/bytes": b"\xff\xfe\0" * 99, "/other": b"up 1\n", "/large": b"# a\n" * 2**20}
        kind = "/" + self.path.split("/")[1]
        if kind == "/moved":
            self.send_response(302)
            self.send_header("Location", "/other/metrics")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if kind == "/slow":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            for _ in range(100):
                try:
                    self.wfile.write(b"#\n")
                    time.sleep(0.05)
                except OSError:
                    return
        text = body.get(kind)
        self.send_response(200 if text else 404)
        self.send_header("Content-Length", str(len(text or b"")))
        self.end_headers()
        self.wfile.write(text or b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


async def test_whatever_answers_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "TIMEOUT_S", 1.0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    with serving(server):
        base = f"http://127.0.0.1:{server.server_address[1]}"
        scraper = Scraper([f"{base}/{kind}" for kind in ("html", "bytes", "other", "large", "moved", "nowhere", "slow")])
        found = await scraper.scrape()
        scraper.close()
    problems = [str(each.problem) for each in found]
    assert problems[0] == problems[1] == problems[2] == "answers with what are no metrics"
    assert problems[3] == "says more than 2 MiB: no worker does"
    assert problems[4] == "answers 302: no worker's metrics are there"
    assert problems[5] == "answers 404: no worker's metrics are there"
    assert problems[6] == "takes longer than 1 s to answer"


def test_a_name_of_several_addresses_is_several_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (host, 9464)) for host in ("10.0.0.2", "10.0.0.1", "fd00::1", "10.0.0.2")]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    assert Scraper._targets("http://worker:9464") == [
        ("http://worker:9464 (10.0.0.1)", "http://10.0.0.1:9464", "worker:9464"),
        ("http://worker:9464 (10.0.0.2)", "http://10.0.0.2:9464", "worker:9464"),
        ("http://worker:9464 ([fd00::1])", "http://[fd00::1]:9464", "worker:9464"),
    ]
    assert Scraper._targets("https://worker:9464") == [("https://worker:9464", "https://worker:9464", None)]


def said(at: float, documents: float, *, started: float = 1.0, worker: str = "a", **buckets: float) -> Scraped:
    samples = {
        ("biorelay_start_time_seconds", ()): started,
        ("biorelay_documents_total", (("outcome", "ok"), ("stage", "graph"))): documents,
    }
    for bound, number in buckets.items():
        samples["biorelay_publish_to_queryable_seconds_bucket", (("le", bound.removeprefix("le_").replace("_", ".")),)] = number
    return Scraped(worker, at, samples)


def grown(history: History, seconds: float = 3600) -> float:
    return history.within(seconds).total("biorelay_documents_total", stage="graph")


def test_counters_that_start_anew_and_workers_that_come_later() -> None:
    history = History()
    history.add([said(NOW, 1000)])
    history.add([said(NOW + 10, 1010)])
    assert grown(history) == 10
    history.add([Scraped("a", NOW + 20, problem="away")])
    history.add([said(NOW + 30, 1040)])  # it had only not been heard
    assert grown(history) == 40
    history.add([said(NOW + 40, 5, started=NOW + 35)])  # another process
    assert grown(history) == 45
    history.add([said(NOW + 50, 5, started=NOW + 35), said(NOW + 50, 7, started=NOW + 45, worker="b")])  # one that began meanwhile
    history.add([said(NOW + 60, 5, started=NOW + 35), said(NOW + 60, 7, started=NOW + 45, worker="b"), said(NOW + 60, 10**6, worker="c")])
    assert grown(history) == 52
    assert grown(history, 15) == 7
    assert history.within(3600).rate("biorelay_documents_total", stage="graph") == 52 / 60


def test_an_hour_is_kept() -> None:
    history = History()
    for turn in range(2000):
        history.add([said(NOW + EVERY_S * turn, turn)])
    assert len(history.looks) == 3600 / EVERY_S + 1
    assert grown(history) == 360


def test_a_quantile_is_what_prometheus_makes_of_it() -> None:
    history = History()
    history.add([said(NOW, 0, le_60_0=0, le_300_0=0, **{"le_+Inf": 0})])
    history.add([said(NOW + 10, 0, le_60_0=0, le_300_0=8, **{"le_+Inf": 10})])
    name = "biorelay_publish_to_queryable_seconds"
    window = history.within(60)
    assert window.quantile(name, 0.4) == pytest.approx(60 + 240 * 4 / 8)
    assert window.quantile(name, 0.95) == 300  # in the last bucket, its lower bound
    assert History().within(60).quantile(name, 0.5) is None
    assert window.quantile(name, 0.0) == 60


async def test_the_routes(metrics: Metrics, worker: str, tmp_path: Path) -> None:
    settings = changed(load_settings(), "serve", "--set", workers=worker)
    app = create_app(settings.model_copy(update={"data_dir": tmp_path}))
    await app.state.watcher.look()
    work(metrics, 3)
    await app.state.watcher.look()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answer = await client.get("/api/v1/status")
        page = await client.get("/status")
        assets = [await client.get(f"/assets/status.{kind}") for kind in ("css", "js")]
        described = (await client.get("/openapi.json")).json()
    await app.state.shared.close()
    assert answer.status_code == 200
    assert answer.json()["abstracts"] == 3
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "style=" not in page.text
    assert "<script>" not in page.text
    assert [each.status_code for each in assets] == [200, 200]
    assert "/api/v1/status" in described["paths"]
    assert "/status" not in described["paths"]
