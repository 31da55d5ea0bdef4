"""What an outage looks like on the panels: told from a real Prometheus that scraped a worker's endpoint through one."""

import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.bench_operator import ASKED, Prometheus, Truth, expression, story, told
from stream import StreamSettings
from stream.endpoint import Endpoint
from stream.metrics import Metrics
from stream.settings import Stage
from tests.deploy.prometheus import scraping


def test_the_panels_are_there() -> None:
    assert all("biorelay_" in expression(panel) for panel in ASKED.values())
    assert "$" not in "".join(map(expression, ASKED.values()))


class Played:
    """A worker's metrics, moved on as by a worker with work; while `away` is set its graph stage waits."""

    def __init__(self, metrics: Metrics) -> None:
        self.away, self.over = threading.Event(), threading.Event()
        self.documents = 0
        self._metrics = metrics
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Played":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()

    def _work(self) -> None:
        metrics, since = self._metrics, time.time()
        while not self.over.wait(0.1):
            metrics.documents.labels(Stage.NER, "ok").inc()
            if self.away.is_set():
                metrics.away(Stage.GRAPH, "graph.unavailable")
                metrics.take(Stage.GRAPH, int(since * 1000) - 6000)
                metrics.lag(Stage.GRAPH, 10, 0)
                continue
            since = time.time()
            metrics.back(Stage.GRAPH)
            metrics.documents.labels(Stage.GRAPH, "ok").inc()
            metrics.freshness.observe(1.0)
            metrics.settled(Stage.GRAPH, int(since * 1000))
            metrics.lag(Stage.GRAPH, 0, 0)
            self.documents += 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_outage_is_told_from_the_panels_alone(tmp_path: Path) -> None:
    metrics = Metrics(StreamSettings(metrics_port=0, data_dir=tmp_path))
    with ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint(metrics, "127.0.0.1", 0))
        played = stack.enter_context(Played(metrics))
        server = stack.enter_context(scraping(f"127.0.0.1:{endpoint.port}", tmp_path))
        began = time.time()
        time.sleep(10)
        killed = time.time()
        played.away.set()
        time.sleep(12)
        played.away.clear()
        back = time.time()
        time.sleep(12)
        truth = Truth(began, killed, back, time.time())
        seen = told(Prometheus(int(server.url.rpartition(":")[2])), truth)
    away, home = killed - began, back - began
    assert abs(seen["waits_from"] - away) < 6
    assert abs(seen["waits_to"] - home) < 6
    assert home - 6 < seen["recovered_at"] <= truth.calm - began
    assert seen["waits_for"] == ["graph.unavailable"]
    assert seen["lag_most_s"] > 6
    assert seen["alerts"] == {}
    assert 0 < seen["documents_in_the_graph"] <= played.documents
    done = {"killed": away, "back": home, "calm": truth.calm - began}
    text = story({"documents": played.documents, "done": done, "seen": seen})
    assert "the graph stage waits (graph.unavailable)" in text
    assert "100.00% queryable within five minutes" in text
