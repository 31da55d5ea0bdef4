"""The dashboard: as generated, readable, and answered by a real Prometheus that scraped a worker's endpoint."""

import gzip
import json
import math
import re
import subprocess
import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.dashboards.__main__ import TARGET, rendered
from deploy.local import Service
from processors.records import Predicate, Relation
from stream.endpoint import Endpoint
from stream.metrics import Metrics
from stream.settings import Stage, StreamSettings
from tests.deploy.prometheus import Prometheus, need, scraping, until
from tests.deploy.worker import ROOT, biorelay, settings, working

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
DASHBOARD = json.loads(TARGET.read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]


def asked(expression: str) -> str:
    """The expression as Grafana sends it: its interval filled in."""
    return expression.replace("$__rate_interval", "1m")


def metrics_of(text: str) -> set[str]:
    return {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in re.findall(r"\bbiorelay_[a-z_]+", text)}


def test_the_file_is_what_the_generator_writes() -> None:
    assert TARGET.read_text(encoding="utf-8") == rendered(), "run: make dashboards"


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_says_its_unit_and_what_it_means(panel: dict[str, Any]) -> None:
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert len(panel["description"].split()) >= 5
    assert panel["description"].endswith(".")
    assert panel["targets"]
    assert all(target["legendFormat"] for target in panel["targets"])
    assert panel["datasource"]["uid"] == "${datasource}"


def test_panels_do_not_overlap_and_have_numbers_of_their_own() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells


def test_the_dashboard_asks_for_every_metric_and_for_no_other() -> None:
    kept = {family.name for family in Metrics(StreamSettings()).registry.collect()}
    assert metrics_of(" ".join(expression for _, expression in QUERIES)) == kept


def test_what_was_asked_for_is_on_the_dashboard() -> None:
    text = " ".join(panel["title"].lower() for panel in PANELS)
    for word in ("lag", "freshness", "dead letters", "relations by type", "inference", "graph write", "documents by stage", "models"):
        assert word in text
    for word in ("questions watched", "answers told", "time for questions"):
        assert word in text


def test_every_query_parses(tmp_path: Path) -> None:
    need("promtool")
    rules = [{"record": f"panel:number{i}:query", "expr": asked(expression)} for i, (_, expression) in enumerate(QUERIES)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    checked = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert f"{len(QUERIES)} rules found" in checked.stdout


def test_the_shipped_prometheus_configuration_is_valid() -> None:
    need("promtool")
    file = DEPLOY / "prometheus" / "prometheus.yml"
    checked = subprocess.run(["promtool", "check", "config", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def unanswered(prometheus: Prometheus) -> list[str]:
    """The panels with a query that gets no number."""
    return [
        title
        for title, expression in QUERIES
        if not any(math.isfinite(float(row["value"][1])) for row in prometheus.query(asked(expression)))
    ]


@contextmanager
def busy(metrics: Metrics) -> Iterator[None]:
    """Keep the metrics moving, as a worker with work does."""
    over = threading.Event()
    relation = Relation.model_construct(predicate=Predicate.BIND)

    def work() -> None:
        while not over.wait(0.1):
            for stage in Stage:
                metrics.documents.labels(stage, "ok").inc(3)
                metrics.inference.labels(stage).observe(0.02)
                metrics.take(stage, int(time.time() * 1000) - 2500)
                metrics.lag(stage, 7, 0.5)
            metrics.found([relation])
            metrics.graph_write.observe(0.05)
            metrics.watch.observe(0.001)
            metrics.discovery_delay.observe(0.2)
            metrics.freshness.observe(1.5)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.slow
def test_every_query_is_answered_by_a_real_prometheus(tmp_path: Path) -> None:
    metrics = Metrics(StreamSettings(metrics_port=0))
    metrics.model_info.labels("relay-mini/1", "1", "0.1.0").set(1)
    metrics.provider.labels("cpu").set(1)
    metrics.dead_letters.labels(Stage.NER, "records.not-json").inc()
    metrics.away(Stage.GRAPH, "graphstore.away")
    with busy(metrics), Endpoint(metrics, "127.0.0.1", 0) as endpoint, scraping(f"127.0.0.1:{endpoint.port}", tmp_path) as prometheus:
        until(lambda: not unanswered(prometheus), 40, "an answer to every query")
        (lag,) = prometheus.query("max(biorelay_lag_seconds)")
        assert 2.0 < float(lag["value"][1]) < 10.0
        (waiting,) = prometheus.query("sum(biorelay_waiting)")
        assert waiting["value"][1] == "1"
        with pytest.raises(urllib.error.HTTPError, match="400"):
            prometheus.query("sum(rate(biorelay_documents_total[")


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.neo4j
@pytest.mark.timeout(900)
def test_every_query_is_answered_about_a_real_run(tmp_path: Path, kafka: str, topic_prefix: str, neo4j_service: Service) -> None:
    """A worker on a real Kafka and a real Neo4j: abstracts, a deletion, a poisoned value, and a graph that is away for a while."""
    need("prometheus", "promtool", "kcat")
    graph = {f"BIORELAY_GRAPH_{name.upper()}": value for name, value in neo4j_service.settings.items()}
    environment = settings(tmp_path, kafka, topic_prefix, graph)
    samples = gzip.decompress((ROOT / "biorelay" / "samples" / "bc5cdr_test.jsonl.gz").read_bytes()).splitlines(keepends=True)
    target = f"127.0.0.1:{environment['BIORELAY_WORKER_METRICS_PORT']}"
    pending = {title for title, _ in QUERIES}

    def publish(first: int, last: int) -> None:
        file = tmp_path / f"{first}.jsonl"
        file.write_bytes(b"".join(samples[first:last]))
        done = biorelay(environment, "publish", str(file))
        assert done.returncode == 0, done.stderr

    def send(key: str, value: bytes) -> None:
        file = tmp_path / "value"
        file.write_bytes(value)
        topic = ["-t", f"{topic_prefix}.abstracts", "-X", "topic.partitioner=murmur2_random"]
        subprocess.run(["kcat", "-P", "-b", kafka, *topic, "-k", key, str(file)], check=True, timeout=60)

    with working(tmp_path, environment), scraping(target, tmp_path) as prometheus:

        def at_least(least: float, expression: str) -> None:
            """Wait for a number; on the way note which panels have been answered."""

            def reached() -> bool:
                pending.intersection_update(unanswered(prometheus))
                return sum(float(row["value"][1]) for row in prometheus.query(expression)) >= least

            until(reached, 180, f"{expression} >= {least}")

        for end in ("mesh:D008694", "mesh:D013311", "mesh:D014148"):  # each batch of the samples below has relations of one
            asked = biorelay(environment, "watch", "add", end)
            assert asked.returncode == 0, asked.stderr
        at_least(3, "biorelay_questions")
        publish(0, 20)
        send("pubmed:1", b"not JSON")
        at_least(21, 'biorelay_documents_total{stage="graph"}')
        neo4j_service.kill()
        publish(20, 30)
        at_least(1, 'biorelay_waiting{stage="graph"}')
        at_least(1, 'biorelay_retries_total{stage="graph"}')
        at_least(1, 'biorelay_lag_messages{stage="graph"}')
        at_least(1, 'biorelay_lag_seconds{stage="graph"}')
        neo4j_service.start()
        at_least(31, 'biorelay_documents_total{stage="graph"}')
        at_least(31, "biorelay_publish_to_queryable_seconds_count")
        at_least(1, 'biorelay_dead_letters_total{stage="ner", code="record.not-json"}')
        at_least(1, "biorelay_model_info")
        publish(30, 40)
        until(lambda: pending.intersection_update(unanswered(prometheus)) or not pending, 120, lambda: f"an answer for {pending}")
    letters = biorelay(environment, "dead-letters", "list", "--json")
    assert [json.loads(line)["document"] for line in letters.stdout.splitlines()] == ["pubmed:1"]
