"""The dashboard: as generated, readable, and answered by a real Prometheus that scraped a worker's endpoint."""

import gzip
import json
import math
import re
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.dashboards.__main__ import pages, rendered, wrong
from deploy.dashboards.page import alerts
from deploy.dashboards.panel import Dashboard, Panel, Query, Row
from deploy.dashboards.queries import NEWEST_AGE, fresh
from deploy.dashboards.rules import alert_complaints, complaints
from deploy.local import Service
from deploy.local.service import free_ports
from models.runtime.effort import Effort, Lookups
from processors.records import EntityType, Mention, Predicate, Relation
from stream.endpoint import Endpoint
from stream.metrics import Metrics
from stream.settings import Stage, StreamSettings
from tests.deploy.prometheus import Prometheus, need, scraping, until
from tests.deploy.worker import ROOT, answers, biorelay, settings, working

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FILES = rendered()
BOARDS: list[dict[str, Any]] = [json.loads(text) for file, text in FILES.items() if file.suffix == ".json"]
PANELS: list[dict[str, Any]] = [panel for board in BOARDS for panel in board["panels"] if panel["type"] not in {"row", "text"}]
QUERIES = [
    (f"{page.name}: {panel.title}", query.expression)
    for page in pages()
    for row in page.rows
    for panel in row.panels
    for query in panel.queries
]


def asked(expression: str) -> str:
    """The expression as Grafana sends it: its interval filled in."""
    return expression.replace("$__rate_interval", "1m")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_what_the_generator_writes(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == FILES[file], "run: python -m deploy.dashboards"


def test_no_dashboard_is_left_over() -> None:
    assert set((DEPLOY / "grafana").glob("*.json")) == {file for file in FILES if file.suffix == ".json"}


def test_the_rules_find_nothing_wrong() -> None:
    assert wrong() == []


def test_the_rules_find_what_is_wrong() -> None:
    good = Query("sum(rate(biorelay_tokens_total[5m]))", "tokens")

    def found(**changed: Any) -> list[str]:
        panel = replace(Panel("Tokens", "Tokens that the encoder read a second.", "short", (good,)), **changed)
        return complaints([Dashboard("one", "one", "A page.", (Row("Row", (panel,)),))], {"biorelay_tokens"}, {"BiorelayStuck"})

    assert found() == []
    assert found(runbook="BiorelayStuck") == []
    assert found(unit="") == ["one: Tokens: no unit"]
    assert found(description="tokens") == ["one: Tokens: the description is no sentence"]
    assert found(queries=()) == ["one: Tokens: no query", "no panel shows biorelay_tokens"]
    assert found(queries=(good, Query(" ", "x"))) == ["one: Tokens: an empty query or legend"]
    assert found(queries=(good, Query("biorelay_nothing", "x"))) == ["one: Tokens: no metric biorelay_nothing"]
    assert found(queries=(Query("rate(biorelay_tokens_total[$__interval])", "x"),)) == [
        "one: Tokens: a variable that nothing fills in outside Grafana: $__interval"
    ]
    assert found(runbook="BiorelayNowhere") == ["one: Tokens: the runbook has no section BiorelayNowhere"]


def test_the_rules_find_what_is_wrong_with_an_alert() -> None:
    note = {"summary": "It stands.", "runbook": "docs/operations.md#biorelaystuck"}
    good = {"alert": "BiorelayStuck", "expr": "biorelay_tokens_total > 1", "labels": {"severity": "page"}, "annotations": note}
    long = {"BiorelayStuck": "word " * 50}

    def found(**changed: Any) -> list[str]:
        return alert_complaints([good | changed], {"biorelay_tokens"}, long)

    assert found() == []
    assert found(expr="biorelay_nothing > 1") == ["BiorelayStuck: no metric biorelay_nothing"]
    assert found(labels={"severity": "loud"}) == ["BiorelayStuck: the severity is neither page nor ticket"]
    assert found(annotations=note | {"runbook": "elsewhere"}) == ["BiorelayStuck: the runbook's address is another alert's"]
    assert found(annotations=note | {"summary": "it stands"}) == ["BiorelayStuck: the summary is no sentence"]
    assert alert_complaints([good], {"biorelay_tokens"}, {"BiorelayStuck": "short"}) == [
        "BiorelayStuck: the runbook has no section that says what to do"
    ]
    assert alert_complaints([good], {"biorelay_tokens"}, long | {"BiorelayGone": ""}) == ["BiorelayGone: a section without an alert"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_is_complete_in_the_file_too(panel: dict[str, Any]) -> None:
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["description"].endswith((".", ")"))
    assert panel["targets"]
    assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])
    assert panel["datasource"]["uid"] == "${datasource}"
    edges = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
    assert edges[0] is None
    assert edges[1:] == sorted(edges[1:])


def test_a_link_leads_to_its_section() -> None:
    texts = {panel["id"]: panel for board in BOARDS if board["uid"] == "biorelay-runbook" for panel in board["panels"]}
    links = [link for panel in PANELS for link in panel.get("links", ())]
    assert len(links) > 20
    for link in links:
        number = int(link["url"].removeprefix("/d/biorelay-runbook?viewPanel="))
        assert link["title"] == f"What to do: {texts[number]['title']}"
        assert len(texts[number]["options"]["content"].split()) > 40


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board["uid"])
def test_panels_do_not_overlap_and_have_numbers_of_their_own(board: dict[str, Any]) -> None:
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells


def test_the_objectives_page_asks_what_the_overview_shows() -> None:
    page = (ROOT / "docs" / "slo.md").read_text(encoding="utf-8")
    asked_for = re.findall(r"```promql\n(.*?)\n```", page, flags=re.DOTALL)
    assert len(asked_for) == 4
    assert set(asked_for) <= {expression for _, expression in QUERIES}
    named = re.findall(r"\(operations\.md#(biorelay\w+)\)", page)
    assert len(set(named)) >= 6
    assert set(named) <= {rule["alert"].lower() for rule in alerts()}


def test_what_was_asked_for_is_on_the_dashboards() -> None:
    text = " ".join(panel["title"].lower() for panel in PANELS)
    for word in ("behind", "lag", "freshness", "dead letters", "relations by type", "inference", "graph write", "documents by stage"):
        assert word in text
    for word in ("questions watched", "answers told", "time for questions", "unlinked", "padding", "deadlocks", "vocabularies", "models"):
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


@contextmanager
def exploring(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """A real explorer; host:port. Who asks it for its metrics are its readers."""
    (port,) = free_ports(1)
    environment = settings(folder, "127.0.0.1:1", "none", more or {"BIORELAY_GRAPH_URL": f"ladybug:{folder / 'none'}"})
    command = [sys.executable, "-m", "biorelay", "serve", "--port", str(port)]
    with (folder / "explorer.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: answers(str(port), "/healthz"), 90, (folder / "explorer.log").read_text)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(60) == 0


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
    relation = Relation.model_construct(predicate=Predicate.BIND, probability=0.7)
    mention = Mention.model_construct(type=EntityType.GENE, identifiers=("local:pubmed:1#Gene:x",))
    began = time.monotonic()

    def effort() -> Effort:
        done = int((time.monotonic() - began) * 1000)
        caches = {"encodings": Lookups(done, done), "names": Lookups(done, 0)}
        return Effort(done, done, done, done, done / 1e3, done / 1e3, caches, {(what, "both"): done for what in ("mentions", "relations")})

    metrics.effort.read = effort

    def work() -> None:
        while not over.wait(0.1):
            for stage in Stage:
                metrics.documents.labels(stage, "ok").inc(3)
                metrics.inference.labels(stage).observe(0.02)
                metrics.settled(stage, int(time.time() * 1000) - 1000)
                metrics.take(stage, int(time.time() * 1000) - 2500)
                metrics.lag(stage, 7, 0.5)
            metrics.found([relation])
            metrics.mentioned([mention])
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
@pytest.mark.timeout(300)
def test_every_query_is_answered_by_a_real_prometheus(tmp_path: Path) -> None:
    metrics = Metrics(StreamSettings(metrics_port=0))
    metrics.model_info.labels("relay-mini/1", "1", "0.1.0").set(1)
    metrics.provider.labels("cpu").set(1)
    metrics.vocabulary_info.labels("names@2").set(1)
    metrics.dead_letters.labels(Stage.NER, "records.not-json").inc()
    metrics.away(Stage.GRAPH, "graphstore.away")
    with ExitStack() as stack:
        stack.enter_context(busy(metrics))
        endpoint = stack.enter_context(Endpoint(metrics, "127.0.0.1", 0))
        explorer = stack.enter_context(exploring(tmp_path))
        prometheus = stack.enter_context(scraping(f"127.0.0.1:{endpoint.port}", tmp_path, explorer=explorer))
        until(lambda: not unanswered(prometheus), 120, lambda: f"an answer for {unanswered(prometheus)}")
        (lag,) = prometheus.query("max(biorelay_lag_seconds)")
        assert 2.0 < float(lag["value"][1]) < 10.0
        (age,) = prometheus.query(NEWEST_AGE)
        assert 0.5 < float(age["value"][1]) < 30.0
        (share,) = prometheus.query(fresh("5m"))
        assert share["value"][1] == "1"
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
    shadow = {"BIORELAY_WORKER_SHADOW_SHARE": "1", "BIORELAY_WORKER_SHADOW_MODEL": "relay-mini"}
    environment = settings(tmp_path, kafka, topic_prefix, graph | shadow)
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

    with ExitStack() as stack:
        stack.enter_context(working(tmp_path, environment))
        explorer = stack.enter_context(exploring(tmp_path, graph))
        prometheus = stack.enter_context(scraping(target, tmp_path, explorer=explorer))

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
